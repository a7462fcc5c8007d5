import { decodeBase64 } from './decode-base64.js';

/** Decodes canonical base64 of the URL alphabet without padding (RFC 7515 §2), or gives `undefined` for anything else. */
export function decodeBase64Url(text: string): Buffer | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  const padding = '='.repeat((4 - (text.length % 4)) % 4);
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/') + padding);
}
