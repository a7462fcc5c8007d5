import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../definition/algorithm.js';
import { decodeBase64 } from '../encoding/decode-base64.js';
import type { KeyFault } from './secret-text.js';

const ED25519_SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const ED25519_BYTES = 32;
const LEAST_RSA_BITS = 1024;
const HOW_TO_GIVE = 'give a public key as PEM or as base64 DER (SPKI)';

/** Imports a public key: PEM, base64 DER (SPKI), or the raw bytes of ed25519. */
export function parsePublicKey(algorithm: Algorithm, given: string | Buffer): KeyObject | KeyFault {
  return typeof given === 'string' ? parseSpki(algorithm, given) : parseRaw(given);
}

function parseRaw(bytes: Buffer): KeyObject | KeyFault {
  if (bytes.length !== ED25519_BYTES) {
    return { fault: `has ${bytes.length} bytes`, cure: 'give the raw public key, which has 32 bytes' };
  }
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, bytes]), format: 'der', type: 'spki' });
}

function parseSpki(algorithm: Algorithm, text: string): KeyObject | KeyFault {
  const pem = text.includes('-----BEGIN ');
  if (pem && !text.includes('-----BEGIN PUBLIC KEY-----')) {
    return { fault: 'is PEM of something else than a public key', cure: 'give the block BEGIN PUBLIC KEY' };
  }
  const der = pem ? undefined : decodeBase64(text);
  if (!pem && der === undefined) return { fault: 'is not canonical base64', cure: HOW_TO_GIVE };
  try {
    const key = createPublicKey(der === undefined ? text : { key: der, format: 'der', type: 'spki' });
    return fits(algorithm, key) ? key : { fault: 'is a key of another kind', cure: `give one for ${algorithm}` };
  } catch {
    return { fault: 'is no public key', cure: HOW_TO_GIVE };
  }
}

/** Whether a key, public or private, is of the kind that the algorithm needs. */
export function fits(algorithm: Algorithm, key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  switch (algorithm) {
    case 'ed25519':
    case 'jwt-eddsa':
      return type === 'ed25519';
    case 'ecdsa-p256-sha1':
    case 'ecdsa-p256-sha256':
    case 'jwt-es256':
      return type === 'ec' && details?.namedCurve === 'prime256v1';
    case 'rsa-pss-sha512':
      return (type === 'rsa' || type === 'rsa-pss') && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS;
    case 'jwt-rs256':
      return type === 'rsa' && (details?.modulusLength ?? 0) >= 2 * LEAST_RSA_BITS;
    default:
      return type === 'rsa' && (details?.modulusLength ?? 0) >= LEAST_RSA_BITS;
  }
}
