import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { fits, parseSecretText, type KeyFault } from './parse-key.js';
import type { Scheme } from '../definition/scheme.js';
import { MaterialKey, type SecretKey } from './secret-key.js';

const CURE = 'give the public key as a JWK, such as {"kty":"EC","crv":"P-256","x":"…","y":"…","kid":"…"}';

/** Makes a key of a public P-256 JWK (RFC 7517) given as an object or as its text; a PEM public key has no id. */
export function importJwk(secret: unknown, scheme: Scheme): SecretKey | KeyFault {
  try {
    const jwk = typeof secret === 'object' ? secret : parse(secret);
    if (jwk === null || jwk === undefined) return { fault: 'is no JWK', cure: CURE };
    if ('fault' in jwk) return jwk as KeyFault;
    if ('pem' in jwk) return keyOf(scheme, { jwk: {}, key: createPublicKey(String(jwk.pem)) });
    if ('d' in jwk) return { fault: 'is a private key', cure: 'verifying takes the public key' };
    const given = jwk as Record<string, unknown>;
    if (given['alg'] !== undefined && given['alg'] !== 'ES256')
      return { fault: 'is for another algorithm', cure: CURE };
    if (given['use'] !== undefined && given['use'] !== 'sig') return { fault: 'is not for signatures', cure: CURE };
    return keyOf(scheme, { jwk: given, key: createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }) });
  } catch {
    return { fault: 'is no JWK', cure: CURE };
  }
}

function parse(secret: unknown): object | null | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (text.includes('-----BEGIN PUBLIC KEY-----')) return { pem: text };
  const json: unknown = JSON.parse(text);
  return typeof json === 'object' ? json : null;
}

function keyOf(
  scheme: Scheme,
  { jwk, key }: { jwk: Record<string, unknown>; key: ReturnType<typeof createPublicKey> },
): SecretKey | KeyFault {
  if (!fits(scheme, key)) return { fault: 'is a key of another kind', cure: CURE };
  const { kid, expired_at: expiredAt } = jwk;
  return new MaterialKey(scheme, {
    key,
    ...(typeof kid === 'string' && { id: kid }),
    ...(typeof expiredAt === 'number' && { notAfterMs: expiredAt * 1000 }),
  });
}
