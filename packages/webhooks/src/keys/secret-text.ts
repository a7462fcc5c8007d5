/** `fault` completes the sentence "the secret …", without quoting it; `cure` says what to do. */
export interface KeyFault {
  readonly fault: string;
  readonly cure: string;
}

const UNSET = new Set(['undefined', 'null', '[object Object]']);
const QUOTES = new Set(['"', "'", '`']);
/**
 * Control characters, and those that no eye sees: soft hyphen, zero-width and direction marks, byte order mark, odd
 * blanks.
 */
const INVISIBLE = /[\p{Cc}\p{Cf}\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;

/** The secret as text, unless it is none, or looks like a mistake in the configuration. */
export function parseSecretText(secret: unknown): string | KeyFault {
  if (typeof secret !== 'string') {
    return { fault: `is ${secret === null ? 'null' : typeof secret}, not text`, cure: 'is its variable set?' };
  }
  if (secret.trim() === '') return { fault: 'is empty', cure: 'copy it from the page where the sender shows it' };
  if (UNSET.has(secret)) return { fault: 'is the text of an unset value', cure: 'is its variable set?' };
  if (secret.includes('-----BEGIN ')) return secret.replaceAll('\\n', '\n').replaceAll('\\r', '').trim();
  return surroundings(secret) ?? secret;
}

/** A mistake around or inside a secret that was copied from a page, a file or a shell. */
function surroundings(secret: string): KeyFault | undefined {
  if (/[\r\n]$/.test(secret)) {
    return { fault: 'ends in a line break', cure: 'cut it off; files often have one at the end' };
  }
  if (/^[\r\n]/.test(secret)) return { fault: 'begins with a line break', cure: 'cut it off' };
  if (/^[ \t]/.test(secret)) return { fault: 'begins with a blank', cure: 'cut it off' };
  if (/[ \t]$/.test(secret)) return { fault: 'ends in a blank', cure: 'cut it off' };
  if (secret.length > 1 && QUOTES.has(secret.charAt(0)) && secret.at(-1) === secret.charAt(0)) {
    return { fault: 'stands in quotes', cure: 'take them away; not every tool that reads .env files does' };
  }
  const at = secret.search(INVISIBLE);
  if (at < 0) return undefined;
  const code = (secret.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return {
    fault: `holds an invisible character (U+${code}) as character ${at + 1} of ${secret.length}`,
    cure: 'type or copy it anew',
  };
}
