import { X509Certificate } from 'node:crypto';
import type { Scheme } from '../definition/scheme.js';
import { importJwk, isJwk } from './import-jwk.js';
import { KeySet } from './key-set.js';
import { parseKey } from './parse-key.js';
import { fits } from './parse-public-key.js';
import { PublicKey, secretKey, type SecretKey } from './secret-key.js';
import type { KeyFault } from './secret-text.js';

/**
 * Imports a secret or a public key for the schemes that data describes. Public keys may also be JWK, JWKS or
 * certificates.
 */
export function importKey(scheme: Scheme, secret: unknown): SecretKey | KeyFault {
  if (scheme.family === 'public-key') {
    if (isJwk(secret)) return importSet(scheme, secret);
    if (typeof secret === 'string' && secret.includes('-----BEGIN CERTIFICATE-----')) return leafKey(scheme, secret);
  }
  const key = parseKey(scheme, secret);
  return 'fault' in key ? key : secretKey(scheme, key);
}

function importSet(scheme: Scheme, material: unknown): SecretKey | KeyFault {
  const found = importJwk(material, scheme.algorithm);
  if ('fault' in found) return found;
  const keys = found.map((jwk) => new PublicKey(scheme, jwk.key, jwk));
  return keys.length === 1 && keys[0] !== undefined ? keys[0] : new KeySet(scheme, keys);
}

/** Whether the certificate is to be trusted is for its fetcher to know: there is no store of roots here. */
function leafKey(scheme: Scheme, pem: string): SecretKey | KeyFault {
  try {
    const { publicKey, validFrom, validTo } = new X509Certificate(pem);
    if (!fits(scheme.algorithm, publicKey)) {
      return { fault: 'is a certificate for a key of another kind', cure: `give one for ${scheme.algorithm}` };
    }
    return new PublicKey(scheme, publicKey, { notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) });
  } catch {
    return { fault: 'is no certificate', cure: 'give it as PEM' };
  }
}
