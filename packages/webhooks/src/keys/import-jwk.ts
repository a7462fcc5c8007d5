import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../definition/algorithm.js';
import { fits } from './parse-public-key.js';
import type { KeyFault } from './secret-text.js';

/** A public key with what its JWK says about it. */
export interface PublicJwk {
  readonly key: KeyObject;
  readonly id?: string;
  readonly notAfterMs?: number;
}

const CURE = 'give the public key as a JWK, such as {"kty":"EC","crv":"P-256","x":"…","y":"…","kid":"…"}, or as PEM';
const MOST_KEYS = 64;
const NAMES: Readonly<Partial<Record<Algorithm, string>>> = {
  'jwt-rs256': 'RS256',
  'rsa-sha256': 'RS256',
  'rsa-sha512': 'RS512',
  'rsa-pss-sha512': 'PS512',
  'jwt-es256': 'ES256',
  'ecdsa-p256-sha256': 'ES256',
  'jwt-eddsa': 'EdDSA',
  ed25519: 'EdDSA',
};

/** Whether key material is a JWK or a JWKS (RFC 7517), as an object or as its text. */
export function isJwk(material: unknown): boolean {
  return typeof material === 'object' ? material !== null : typeof material === 'string' && /^\s*\{/.test(material);
}

/**
 * The public keys of a JWK or JWKS that fit the algorithm. Keys of a set that are for something else are passed over; a
 * single one is a fault.
 */
export function importJwk(material: unknown, algorithm: Algorithm): readonly PublicJwk[] | KeyFault {
  const given = typeof material === 'string' ? parse(material) : material;
  if (typeof given !== 'object' || given === null) return { fault: 'is no JWK', cure: CURE };
  const set = Object.hasOwn(given, 'keys') ? (given as { keys: unknown }).keys : undefined;
  if (!Array.isArray(set)) {
    const key = importOne(given as Record<string, unknown>, algorithm);
    return 'fault' in key ? key : [key];
  }
  const keys = set
    .slice(0, MOST_KEYS)
    .filter((each): each is Record<string, unknown> => typeof each === 'object' && each !== null)
    .map((each) => importOne(each, algorithm))
    .filter((key): key is PublicJwk => !('fault' in key));
  return keys.length > 0 ? keys : { fault: 'is a key set without a key of this kind', cure: CURE };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function importOne(jwk: Record<string, unknown>, algorithm: Algorithm): PublicJwk | KeyFault {
  if (Object.hasOwn(jwk, 'd')) return { fault: 'is a private key', cure: 'verifying takes the public key' };
  if (jwk['kty'] === 'oct') return { fault: 'is a symmetric JWK', cure: 'give the secret itself' };
  const { alg, use, kid, expired_at: expiredAt } = jwk;
  if (alg !== undefined && alg !== NAMES[algorithm] && !(alg === 'Ed25519' && NAMES[algorithm] === 'EdDSA')) {
    return { fault: 'is for another algorithm', cure: CURE };
  }
  if (use !== undefined && use !== 'sig') return { fault: 'is not for signatures', cure: CURE };
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    if (!fits(algorithm, key)) return { fault: 'is a key of another kind', cure: CURE };
    return {
      key,
      ...(typeof kid === 'string' && { id: kid }),
      ...(typeof expiredAt === 'number' && { notAfterMs: expiredAt * 1000 }),
    };
  } catch {
    return { fault: 'is no JWK', cure: CURE };
  }
}
