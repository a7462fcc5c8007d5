import {
  constants,
  createHash,
  createHmac,
  createVerify,
  timingSafeEqual,
  verify,
  type Hash,
  type KeyObject,
} from 'node:crypto';
import { hashOf } from '../encoding/hash-of.js';
import type { Algorithm } from '../definition/algorithm.js';
import type { Candidate, Scheme } from '../definition/scheme.js';
import { ShortHmac } from './short-hmac.js';
import type { SignedBytes } from '../definition/signed-bytes.js';

/** One secret, imported once and never shown. */
export interface SecretKey {
  readonly scheme: Scheme;
  /** Whether one of the candidates is this key's signature of the bytes. Never throws; compares in constant time. */
  matches(candidates: readonly Candidate[], signed: SignedBytes): boolean;
  /** The MAC of a text, for handshakes that ask for one. */
  mac?(text: string): Buffer;
  /** For senders whose code verifies, and for keys that are valid for a time. */
  readonly material?: KeyMaterial | undefined;
}

/** A key with the facts of its certificate or JWK, or a configured text that is no key. */
export interface KeyMaterial {
  readonly key?: KeyObject;
  readonly text?: string;
  readonly id?: string;
  readonly algorithm?: string;
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
}

/** Key material that only a sender's own code knows how to use. */
export class MaterialKey implements SecretKey {
  readonly #material: KeyMaterial;

  constructor(
    readonly scheme: Scheme,
    material: KeyMaterial,
  ) {
    this.#material = material;
  }

  get material(): KeyMaterial {
    return this.#material;
  }

  matches(): boolean {
    return false;
  }
}

/** Whether a certificate, or a key that was withdrawn, was good at a time. */
export function isValidAt({ notBeforeMs, notAfterMs }: KeyMaterial, nowMs: number): boolean {
  return (notBeforeMs === undefined || nowMs >= notBeforeMs) && (notAfterMs === undefined || nowMs <= notAfterMs);
}

/** Wraps an imported key as its algorithm says. */
export function secretKey(scheme: Scheme, key: KeyObject): SecretKey {
  switch (scheme.family) {
    case 'public-key':
      return new PublicKey(scheme, key);
    case 'comparison':
      return new ComparisonKey(scheme, hashOf(key.export()));
    default:
      return scheme.algorithm === 'sha256-prefix'
        ? new PrefixKey(scheme, createHash('sha256').update(key.export()))
        : new HmacKey(scheme, key);
  }
}

/** The MAC that a sender with this key writes; used to sign as well. */
export function macOf(scheme: Scheme, key: KeyObject, signed: SignedBytes): Buffer {
  if (scheme.algorithm === 'sha256-prefix') {
    return signed.feed(createHash('sha256').update(key.export())).digest();
  }
  return signed.feed(createHmac(scheme.algorithm.slice('hmac-'.length), key)).digest();
}

class HmacKey implements SecretKey {
  readonly #key: KeyObject;
  readonly #hash: string;
  readonly #short: ShortHmac | undefined;

  constructor(
    readonly scheme: Scheme,
    key: KeyObject,
  ) {
    this.#key = key;
    this.#hash = scheme.algorithm.slice('hmac-'.length);
    this.#short = ShortHmac.of(this.#hash, key.export());
  }

  matches(candidates: readonly Candidate[], signed: SignedBytes): boolean {
    // A string of bytes costs much less than a new Buffer for each request.
    const mac = this.#short?.digest(signed) ?? signed.feed(createHmac(this.#hash, this.#key)).digest('binary');
    for (const { scheme, bytes } of candidates) {
      if (scheme === this.scheme && equals(bytes, mac)) return true;
    }
    return false;
  }

  mac(text: string): Buffer {
    return createHmac(this.#hash, this.#key).update(text).digest();
  }
}

class PrefixKey implements SecretKey {
  readonly #started: Hash;

  constructor(
    readonly scheme: Scheme,
    started: Hash,
  ) {
    this.#started = started;
  }

  matches(candidates: readonly Candidate[], signed: SignedBytes): boolean {
    return has(candidates, this.scheme, signed.feed(this.#started.copy()).digest());
  }
}

class ComparisonKey implements SecretKey {
  readonly #hash: Buffer;

  constructor(
    readonly scheme: Scheme,
    hash: Buffer,
  ) {
    this.#hash = hash;
  }

  matches(candidates: readonly Candidate[]): boolean {
    return has(candidates, this.scheme, this.#hash);
  }
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO };

/** A public key, with what its JWK or certificate says about it. */
export class PublicKey implements SecretKey {
  readonly #key: KeyObject;

  constructor(
    readonly scheme: Scheme,
    key: KeyObject,
    readonly material?: KeyMaterial,
  ) {
    this.#key = key;
  }

  matches(candidates: readonly Candidate[], signed: SignedBytes): boolean {
    return candidates.some(({ scheme, bytes }) => {
      try {
        return scheme === this.scheme && this.#holds(signed, bytes);
      } catch {
        return false;
      }
    });
  }

  #holds(signed: SignedBytes, signature: Buffer): boolean {
    switch (this.scheme.algorithm) {
      case 'ed25519':
        return verify(null, signed.whole(), this.#key, signature);
      case 'rsa-pss-sha512':
        return verify('sha512', signed.whole(), { key: this.#key, ...PSS }, signature);
      default:
        return signed.feed(createVerify(digestOf(this.scheme.algorithm))).verify(this.#key, signature);
    }
  }
}

/** The hash under an RSA or ECDSA signature: the last part of the algorithm's name. */
export function digestOf(algorithm: Algorithm): string {
  return algorithm.slice(algorithm.lastIndexOf('-') + 1);
}

/** Compares in constant time: whatever differs, every byte is looked at. */
function equals(bytes: Buffer, mac: string): boolean {
  let difference = bytes.length ^ mac.length;
  for (let at = 0; at < mac.length; at++) difference |= (bytes[at] as number) ^ mac.charCodeAt(at);
  return difference === 0;
}

function has(candidates: readonly Candidate[], scheme: Scheme, expected: Buffer): boolean {
  for (const candidate of candidates) {
    if (candidate.scheme !== scheme || candidate.bytes.length !== expected.length) continue;
    if (timingSafeEqual(candidate.bytes, expected)) return true;
  }
  return false;
}
