import { constants, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { decodeBase64 } from '../encoding/decode-base64.js';
import { keyBytes, parseKey, schemeOf } from './parse-key.js';
import { fits } from './parse-public-key.js';
import { parseSecretText, type KeyFault } from './secret-text.js';
import type { Scheme } from '../definition/scheme.js';
import { digestOf, macOf } from './secret-key.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import type { SignedBytes } from '../definition/signed-bytes.js';
import { WebhookConfigurationError } from '../contract/webhook-configuration-error.js';

export interface Signature {
  readonly scheme: Scheme;
  /** Encoded, without prefix or label. */
  readonly text: string;
}

const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED_BYTES = 32;

/** The signature that a holder of this secret, or private key, makes. */
export function makeSignature(plan: SenderPlan, signed: SignedBytes, secret: string): Signature {
  const scheme = schemeOf(plan.schemes, secret);
  const { encoding } = scheme;
  if (scheme.family === 'public-key') {
    const key = checked(plan, parsePrivateKey(scheme, secret));
    return { scheme, text: signatureBy(scheme, key, signed.whole()).toString(encoding) };
  }
  const key = checked(plan, parseKey(scheme, secret));
  if (scheme.algorithm === 'token') return { scheme, text: secret };
  if (scheme.algorithm === 'basic') return { scheme, text: `Basic ${key.export().toString('base64')}` };
  return { scheme, text: macOf(scheme, key, signed).toString(encoding) };
}

function signatureBy({ algorithm }: Scheme, key: KeyObject, data: Buffer): Buffer {
  if (algorithm === 'ed25519') return sign(null, data, key);
  if (algorithm !== 'rsa-pss-sha512') return sign(digestOf(algorithm), data, key);
  return sign('sha512', data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 });
}

function checked(plan: SenderPlan, key: KeyObject | KeyFault): KeyObject {
  if (!('fault' in key)) return key;
  throw new WebhookConfigurationError(
    `The key to sign with for the sender "${plan.sender.name}" ${key.fault}: ${key.cure}.`,
    plan.sender.name,
  );
}

/** A private key in PEM, base64 DER (PKCS #8), or as the raw seed of ed25519. */
export function parsePrivateKey(scheme: Scheme, secret: string): KeyObject | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  const cure = `give a private key for ${scheme.algorithm}`;
  try {
    const key = text.includes('-----BEGIN ') ? createPrivateKey(text) : importPrivateKey(scheme, text);
    if ('fault' in key) return key;
    return key.type === 'private' && fits(scheme.algorithm, key) ? key : { fault: 'is a key of another kind', cure };
  } catch {
    return { fault: 'is no private key', cure };
  }
}

function importPrivateKey(scheme: Scheme, text: string): KeyObject | KeyFault {
  if (scheme.key.encoding === 'spki') {
    const der = decodeBase64(text);
    if (der === undefined)
      return { fault: 'is not canonical base64', cure: 'give it as PEM or as base64 DER (PKCS#8)' };
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  }
  const bytes = keyBytes(scheme, text, scheme.key.privatePrefix);
  if ('fault' in bytes) return bytes;
  if (bytes.length !== SEED_BYTES && bytes.length !== SEED_BYTES * 2) {
    return {
      fault: `has ${bytes.length} bytes`,
      cure: 'give the seed, which has 32 bytes, alone or before the public key',
    };
  }
  return createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, bytes.subarray(0, SEED_BYTES)]),
    format: 'der',
    type: 'pkcs8',
  });
}
