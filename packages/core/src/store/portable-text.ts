/** Text that some databases would not keep: U+0000, and surrogates that stand alone and so have no UTF-8. */
const UNSAFE = /[\0\p{Surrogate}]/u;
const EACH_UNSAFE = new RegExp(UNSAFE, 'gu');

/** The first character says how a text is written, and so which release can read it. */
const PLAIN = '1';
const UTF16 = '2';

/** Whether a text is one that some databases would not keep as it is. */
export function isUnsafeText(text: string): boolean {
  return UNSAFE.test(text);
}

/** The text with a replacement character (U+FFFD) for each part that some databases would not keep. */
export function safeText(text: string): string {
  return text.replaceAll(EACH_UNSAFE, '\uFFFD');
}

/**
 * A JavaScript string as a text that any database keeps as it is: marked with its format, and in base64 where UTF-8
 * would not do.
 */
export function portableText(text: string): string {
  return isUnsafeText(text) ? UTF16 + Buffer.from(text, 'utf16le').toString('base64') : PLAIN + text;
}

/**
 * The string that `portableText` was given. Throws a `TypeError` for a text in a format that this release does not
 * know.
 */
export function textOfPortable(stored: string): string {
  if (stored.startsWith(PLAIN)) return stored.slice(1);
  if (stored.startsWith(UTF16)) return Buffer.from(stored.slice(1), 'base64').toString('utf16le');
  throw new TypeError(
    `this record is in a format that this release does not know (${JSON.stringify(stored.slice(0, 1))}): read it with the release that wrote it, or a newer one`,
  );
}
