import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Algorithm } from '../../definition/algorithm.js';
import type { Scheme } from '../../definition/scheme.js';
import { importJwk, isJwk, type PublicJwk } from '../../keys/import-jwk.js';
import { keyBytes } from '../../keys/parse-key.js';
import { parsePublicKey } from '../../keys/parse-public-key.js';
import { isValidAt, type SecretKey } from '../../keys/secret-key.js';
import { parseSecretText, type KeyFault } from '../../keys/secret-text.js';
import { verifies } from '../../keys/verifies.js';
import type { Token } from './parse-token.js';

/** The names that tokens have for the algorithms (RFC 7518 §3.1, RFC 8037). */
export const TOKEN_ALGORITHMS: Readonly<Partial<Record<Algorithm, string>>> = {
  'jwt-hs256': 'HS256',
  'jwt-hs384': 'HS384',
  'jwt-hs512': 'HS512',
  'jwt-rs256': 'RS256',
  'jwt-es256': 'ES256',
  'jwt-eddsa': 'EdDSA',
};

/** A shared secret, or the public keys, that tokens are verified with. */
export class TokenKey implements SecretKey {
  readonly #keys: readonly PublicJwk[];

  constructor(
    readonly scheme: Scheme,
    keys: readonly PublicJwk[],
  ) {
    this.#keys = keys;
  }

  matches(): boolean {
    return false;
  }

  /** Whether one of the keys made the token's signature over the data. A token that names its key is held to it. */
  signed(token: Token, data: Buffer, nowMs: number): boolean {
    const { kid } = token.header;
    return this.#keys.some((each) => {
      if (typeof kid === 'string' && each.id !== undefined && each.id !== kid) return false;
      return (
        isValidAt(each, nowMs) && isSignature(this.scheme.algorithm, each.key, { data, signature: token.signature })
      );
    });
  }
}

/** Imports a shared secret, or a public key as PEM, JWK or JWKS, as the algorithm says. */
export function importTokenKey(secret: unknown, scheme: Scheme): TokenKey | KeyFault {
  const { algorithm } = scheme;
  if (algorithm.startsWith('jwt-hs')) return importShared(secret, scheme);
  if (isJwk(secret)) {
    const keys = importJwk(secret, algorithm);
    return 'fault' in keys ? keys : new TokenKey(scheme, keys);
  }
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  const key = parsePublicKey(algorithm, text);
  return 'fault' in key ? key : new TokenKey(scheme, [{ key }]);
}

/** Public keys are no secrets: taken for a shared one, such a key would let a stranger sign (RFC 8725 §2.1). */
function importShared(secret: unknown, scheme: Scheme): TokenKey | KeyFault {
  const cure = `${TOKEN_ALGORITHMS[scheme.algorithm] ?? ''} takes the secret that is shared with the sender`;
  if (typeof secret === 'object' && secret !== null) return { fault: 'is a JWK, not text', cure };
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (text.includes('-----BEGIN ') || /^\s*\{\s*"(?:kty|keys)"/.test(text)) return { fault: 'is a public key', cure };
  const bytes = keyBytes(scheme, text, scheme.key.prefix);
  return 'fault' in bytes ? bytes : new TokenKey(scheme, [{ key: createSecretKey(bytes) }]);
}

function isSignature(
  algorithm: Algorithm,
  key: KeyObject,
  { data, signature }: { readonly data: Buffer; readonly signature: Buffer },
): boolean {
  switch (algorithm) {
    case 'jwt-rs256':
      return verifies('sha256', data, key, signature);
    case 'jwt-es256':
      return signature.length === 64 && verifies('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    case 'jwt-eddsa':
      return verifies(null, data, key, signature);
    default: {
      const expected = createHmac(hashOfShared(algorithm), key).update(data).digest();
      return signature.length === expected.length && timingSafeEqual(signature, expected);
    }
  }
}

/** `'sha256'` of `'jwt-hs256'`. */
export function hashOfShared(algorithm: Algorithm): string {
  return `sha${algorithm.slice('jwt-hs'.length)}`;
}
