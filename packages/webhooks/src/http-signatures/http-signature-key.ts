import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  constants,
  sign,
  timingSafeEqual,
  X509Certificate,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { keyBytes } from '../keys/parse-key.js';
import { parseSecretText, type KeyFault } from '../keys/secret-text.js';
import type { Scheme } from '../definition/scheme.js';
import { MaterialKey, type KeyMaterial, type SecretKey } from '../keys/secret-key.js';
import { verifies } from '../keys/verifies.js';

/** The algorithms of RFC 9421 §3.3 that are supported. The key says which one applies, never the message. */
export type HttpSignatureAlgorithm = 'hmac-sha256' | 'ed25519' | 'ecdsa-p256-sha256' | 'rsa-pss-sha512';

const LEAST_BITS = 2048;

/** Makes a key of a shared secret, a PEM (public key or certificate), or a JWK. */
export function importHttpSignatureKey(
  secret: unknown,
  scheme: Scheme,
  wanted: HttpSignatureAlgorithm | undefined,
): SecretKey | KeyFault {
  const cure = `give a key for ${wanted ?? 'one of hmac-sha256, ed25519, ecdsa-p256-sha256 and rsa-pss-sha512'}`;
  try {
    const material = read(secret, scheme);
    if ('fault' in material) return material;
    if (material.key?.type === 'private') return { fault: 'is a private key', cure: 'verifying takes the public key' };
    const algorithm = algorithmOf(material.key);
    if (algorithm === undefined || (wanted !== undefined && algorithm !== wanted)) {
      return { fault: 'is a key of another kind', cure };
    }
    return new MaterialKey(scheme, { ...material, algorithm });
  } catch {
    return { fault: 'is no key', cure };
  }
}

function read(secret: unknown, scheme: Scheme): KeyMaterial | KeyFault {
  if (typeof secret === 'object' && secret !== null) return fromJwk(secret as JsonWebKey);
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (text.trimStart().startsWith('{')) return fromJwk(JSON.parse(text) as JsonWebKey);
  if (text.includes('-----BEGIN CERTIFICATE-----')) {
    const { publicKey, validFrom, validTo } = new X509Certificate(text);
    return { key: publicKey, notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) };
  }
  if (text.includes('-----BEGIN PUBLIC KEY-----')) return { key: createPublicKey(text) };
  if (text.includes('-----BEGIN '))
    return { fault: 'is PEM of something else', cure: 'give the block BEGIN PUBLIC KEY' };
  const bytes = keyBytes(scheme, text, scheme.key.prefix);
  return 'fault' in bytes ? bytes : { key: createSecretKey(bytes) };
}

function fromJwk(jwk: JsonWebKey): KeyMaterial | KeyFault {
  if (jwk.kty === 'oct') return { fault: 'is a symmetric JWK', cure: 'give the secret itself' };
  if (jwk['d'] !== undefined) return { fault: 'is a private key', cure: 'verifying takes the public key' };
  const { kid } = jwk;
  return { key: createPublicKey({ key: jwk, format: 'jwk' }), ...(typeof kid === 'string' && { id: kid }) };
}

function algorithmOf(key: KeyObject | undefined): HttpSignatureAlgorithm | undefined {
  if (key?.type === 'secret') return 'hmac-sha256';
  switch (key?.asymmetricKeyType) {
    case 'ed25519':
      return 'ed25519';
    case 'ec':
      return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'ecdsa-p256-sha256' : undefined;
    case 'rsa':
    case 'rsa-pss':
      return (key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS ? 'rsa-pss-sha512' : undefined;
    default:
      return undefined;
  }
}

/** Whether the key made the signature of the text. */
export function verifyHttpSignature({ key, algorithm }: KeyMaterial, text: string, signature: Buffer): boolean {
  if (key === undefined) return false;
  const data = Buffer.from(text, 'latin1');
  switch (algorithm) {
    case 'hmac-sha256':
      return signature.length === 32 && timingSafeEqual(createHmac('sha256', key).update(data).digest(), signature);
    case 'ed25519':
      return verifies(null, data, key, signature);
    case 'ecdsa-p256-sha256':
      return signature.length === 64 && verifies('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
    default:
      return verifies('sha512', data, { key, padding: PSS.padding, saltLength: ANY_SALT }, signature);
  }
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
/** RFC 9421 asks for 64 bytes; signers are about that take as many as fit, which is no weaker. */
const ANY_SALT = constants.RSA_PSS_SALTLEN_AUTO;

/** Signs a text with a shared secret or a private key in PEM. */
export function makeHttpSignature(secret: string, scheme: Scheme, text: string): Buffer | KeyFault {
  const data = Buffer.from(text, 'latin1');
  try {
    const pem = secret.includes('-----BEGIN ');
    const material: KeyMaterial | KeyFault = pem ? { key: createPrivateKey(secret) } : read(secret, scheme);
    if ('fault' in material) return material;
    const key = material.key as KeyObject;
    switch (algorithmOf(key)) {
      case 'hmac-sha256':
        return createHmac('sha256', key).update(data).digest();
      case 'ed25519':
        return sign(null, data, key);
      case 'ecdsa-p256-sha256':
        return sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
      case 'rsa-pss-sha512':
        return sign('sha512', data, { key, ...PSS });
      default:
        return { fault: 'is a key of another kind', cure: 'give a shared secret, or a private key as PEM' };
    }
  } catch {
    return { fault: 'is no private key', cure: 'give a shared secret, or a private key as PEM' };
  }
}
