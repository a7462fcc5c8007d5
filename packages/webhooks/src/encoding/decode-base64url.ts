import { decodeBase64 } from './decode-base64.js';

/**
 * Decodes canonical base64 of the URL alphabet (RFC 7515 §2), or returns `undefined` for anything else. Tokens have no
 * padding; elsewhere some senders write it, which `padded` allows.
 */
export function decodeBase64Url(text: string, padded = false): Buffer | undefined {
  const bare = padded && text.length % 4 === 0 ? text.replace(/={1,2}$/, '') : text;
  if (!/^[\w-]+$/.test(bare)) return undefined;
  const padding = '='.repeat((4 - (bare.length % 4)) % 4);
  return decodeBase64(bare.replaceAll('-', '+').replaceAll('_', '/') + padding);
}
