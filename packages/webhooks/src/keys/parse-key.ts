import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { Scheme } from '../definition/scheme.js';
import { decodeBase64 } from '../encoding/decode-base64.js';
import { decodeHex } from '../encoding/decode-hex.js';
import { parsePublicKey } from './parse-public-key.js';
import { parseSecretText, type KeyFault } from './secret-text.js';

/** The scheme that a secret belongs to: the one whose prefix it has, otherwise the sender's own. */
export function schemeOf(schemes: readonly Scheme[], secret: string): Scheme {
  const other = schemes.find(({ key }, index) => index > 0 && prefixOf(key.prefix, secret) !== undefined);
  const privateOther = schemes.find(({ key }) => prefixOf(key.privatePrefix, secret) !== undefined);
  return other ?? privateOther ?? (schemes[0] as Scheme);
}

/** A symmetric secret, or the public key, strictly decoded. */
export function parseKey(scheme: Scheme, secret: unknown): KeyObject | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (prefixOf(scheme.key.privatePrefix, text) !== undefined) {
    return { fault: 'is a private key', cure: 'verifying takes the public key' };
  }
  if (scheme.family === 'public-key') {
    if (scheme.key.encoding === 'spki') return parsePublicKey(scheme.algorithm, text);
    const bytes = keyBytes(scheme, text, scheme.key.prefix);
    return 'fault' in bytes ? bytes : parsePublicKey(scheme.algorithm, bytes);
  }
  const bytes = keyBytes(scheme, text, scheme.key.prefix);
  if ('fault' in bytes) return bytes;
  if (scheme.algorithm === 'basic' && !text.includes(':')) {
    return { fault: 'has no colon', cure: 'write it as user:password' };
  }
  return createSecretKey(bytes);
}

/** The key's bytes in its encoding, with the prefix cut off. */
export function keyBytes(
  { key }: Scheme,
  text: string,
  prefix: string | readonly string[] | undefined,
): Buffer | KeyFault {
  if (prefixOf(key.mistaken, text) !== undefined) {
    return { fault: 'is an API key', cure: 'copy the signing secret of the webhook, which is another' };
  }
  const bare = text.slice(prefixOf(prefix, text)?.length ?? 0);
  if (bare === '') return { fault: 'has nothing behind its prefix', cure: 'copy all of it' };
  const bytes = decodeKey(key.encoding, bare);
  if ('fault' in bytes) return bytes;
  const [least, most] = key.bytes ?? [0, Infinity];
  if (bytes.length < least || bytes.length > most) {
    return { fault: `has ${bytes.length} bytes`, cure: `the sender's have ${least} to ${most}: copy all of it` };
  }
  return key.hash === undefined ? bytes : createHash(key.hash).update(bytes).digest();
}

function decodeKey(encoding: Scheme['key']['encoding'], text: string): Buffer | KeyFault {
  switch (encoding) {
    case 'hex':
      return (
        decodeHex(text) ?? { fault: 'is not hex', cure: 'give an even number of digits 0-9 and a-f, nothing else' }
      );
    case 'base64':
      return (
        decodeBase64(text) ?? { fault: 'is not canonical base64', cure: 'copy all of it, with the padding at its end' }
      );
    default:
      return Buffer.from(text, 'utf8');
  }
}

function prefixOf(prefix: string | readonly string[] | undefined, text: string): string | undefined {
  return prefix === undefined ? undefined : [prefix].flat().find((each) => text.startsWith(each));
}
