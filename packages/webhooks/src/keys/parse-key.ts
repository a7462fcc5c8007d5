import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../encoding/decode-base64.js';
import { decodeHex } from '../encoding/decode-hex.js';
import type { Scheme } from '../definition/scheme.js';

/** `fault` completes the sentence "the secret …", without quoting it; `cure` says what to do. */
export interface KeyFault {
  readonly fault: string;
  readonly cure: string;
}

const UNSET = new Set(['undefined', 'null', '[object Object]']);
const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** The scheme that a secret belongs to: the one whose prefix it has, else the sender's own. */
export function schemeOf(schemes: readonly Scheme[], secret: string): Scheme {
  const other = schemes.find(({ key }, index) => index > 0 && hasPrefix(key.prefix, secret));
  const privateOther = schemes.find(({ key }) => hasPrefix(key.privatePrefix, secret));
  return other ?? privateOther ?? (schemes[0] as Scheme);
}

/** Bytes of a symmetric secret, or the public key, strictly decoded. */
export function parseKey(scheme: Scheme, secret: unknown): KeyObject | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (hasPrefix(scheme.key.privatePrefix, text)) {
    return { fault: 'is a private key', cure: 'verifying takes the public key' };
  }
  if (scheme.family === 'public-key') return parsePublicKey(scheme, text);
  const bytes = keyBytes(scheme, text, scheme.key.prefix);
  if ('fault' in bytes) return bytes;
  if (scheme.algorithm === 'basic' && !text.includes(':')) {
    return { fault: 'has no colon', cure: 'write it as user:password' };
  }
  return createSecretKey(bytes);
}

/** The secret as text, unless it is none, or looks like a mistake in the configuration. */
export function parseSecretText(secret: unknown): string | KeyFault {
  if (typeof secret !== 'string') {
    return { fault: `is ${secret === null ? 'null' : typeof secret}, not text`, cure: 'is its variable set?' };
  }
  if (secret.trim() === '') return { fault: 'is empty', cure: 'copy it from the page where the sender shows it' };
  if (UNSET.has(secret)) return { fault: 'is the text of an unset value', cure: 'is its variable set?' };
  if (/[\r\n]$/.test(secret) && !secret.includes('-----')) {
    return { fault: 'ends in a line break', cure: 'cut it off; files often have one at the end' };
  }
  return secret;
}

/** The key's bytes in its encoding, with the prefix cut off. */
export function keyBytes(scheme: Scheme, text: string, prefix: string | undefined): Buffer | KeyFault {
  const bare = hasPrefix(prefix, text) ? text.slice(prefix.length) : text;
  if (bare === '') return { fault: 'has nothing behind its prefix', cure: 'copy all of it' };
  switch (scheme.key.encoding) {
    case 'hex':
      return (
        decodeHex(bare) ?? { fault: 'is not hex', cure: 'give an even number of digits 0-9 and a-f, nothing else' }
      );
    case 'base64':
      return (
        decodeBase64(bare) ?? { fault: 'is not canonical base64', cure: 'copy all of it, with the padding at its end' }
      );
    default:
      return Buffer.from(bare, 'utf8');
  }
}

function parsePublicKey(scheme: Scheme, text: string): KeyObject | KeyFault {
  if (scheme.key.encoding === 'spki') return parseSpki(scheme, text);
  const bytes = keyBytes(scheme, text, scheme.key.prefix);
  if ('fault' in bytes) return bytes;
  if (bytes.length !== 32) {
    return { fault: `has ${bytes.length} bytes`, cure: 'give the raw public key, which has 32 bytes' };
  }
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' });
}

function parseSpki(scheme: Scheme, text: string): KeyObject | KeyFault {
  const pem = text.includes('-----BEGIN ');
  if (pem && !text.includes('-----BEGIN PUBLIC KEY-----')) {
    return { fault: 'is PEM of something else than a public key', cure: 'give the block BEGIN PUBLIC KEY' };
  }
  const der = pem ? undefined : decodeBase64(text);
  if (!pem && !der)
    return { fault: 'is not canonical base64', cure: 'give a public key as PEM or as base64 DER (SPKI)' };
  try {
    const key = createPublicKey(der ? { key: der, format: 'der', type: 'spki' } : text);
    return fits(scheme, key) ? key : { fault: 'is a key of another kind', cure: `give one for ${scheme.algorithm}` };
  } catch {
    return { fault: 'is no public key', cure: 'give a public key as PEM or as base64 DER (SPKI)' };
  }
}

/** Whether a key, public or private, is of the kind that the algorithm needs. */
export function fits(scheme: Scheme, key: KeyObject): boolean {
  switch (scheme.algorithm) {
    case 'ed25519':
      return key.asymmetricKeyType === 'ed25519';
    case 'ecdsa-p256-sha256':
      return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    case 'rsa-pss-sha512':
      return (
        (key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss') &&
        (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024
      );
    default:
      return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 1024;
  }
}

export function hasPrefix(prefix: string | undefined, text: string): prefix is string {
  return prefix !== undefined && text.startsWith(prefix);
}
