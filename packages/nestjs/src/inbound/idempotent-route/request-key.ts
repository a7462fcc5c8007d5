/** The longest key that is taken, in characters: as Stripe, and most others. */
const LONGEST = 255;

const BARE = /^[\x21\x23-\x2b\x2d-\x7e]+$/;
/** A string of structured fields (RFC 9651 §3.3.3), and parameters behind it, which say nothing. */
const QUOTED = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"(?:\s*;.*)?$/;

/**
 * The key in the value of an `Idempotency-Key` header: `"8e03978e"` as the draft has it
 * (draft-ietf-httpapi-idempotency-key-header), or bare as most clients send it; both are one key. `missing` where
 * there is none, `malformed` for what is no key, such as two of them.
 */
export function requestKey(header: unknown): { readonly key: string } | 'missing' | 'malformed' {
  if (header === undefined) return 'missing';
  const text = typeof header === 'string' ? header.trim() : '';
  const quoted = QUOTED.exec(text)?.[1]?.replace(/\\(["\\])/g, '$1');
  const key = quoted ?? (BARE.test(text) ? text : '');
  return key === '' || key.length > LONGEST ? 'malformed' : { key };
}
