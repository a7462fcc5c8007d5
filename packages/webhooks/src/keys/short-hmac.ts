import { hash } from 'node:crypto';
import type { SignedBytes } from '../definition/signed-bytes.js';

/** The hashes that take their input in blocks of 64 bytes. */
const BLOCK = 64;
const SIZES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32 };

/**
 * HMAC (RFC 2104) of short messages by two hashes in one call each: Node has no HMAC in one call, and setting up the
 * object that `createHmac` returns costs more than to hash a kilobyte.
 */
export class ShortHmac {
  readonly #inner: Buffer;
  /** The outer pad, and behind it room for the inner hash. Used again: nothing waits while it is in use. */
  readonly #outer: Buffer;

  private constructor(
    private readonly algorithm: string,
    key: Buffer,
    size: number,
  ) {
    const block = Buffer.alloc(BLOCK);
    block.set(key.length > BLOCK ? hash(algorithm, key, 'buffer') : key);
    this.#inner = Buffer.from(block.map((byte) => byte ^ 0x36));
    this.#outer = Buffer.alloc(BLOCK + size);
    this.#outer.set(block.map((byte) => byte ^ 0x5c));
  }

  /** `undefined` for hashes that it does not know. */
  static of(algorithm: string, key: Buffer): ShortHmac | undefined {
    const size = SIZES[algorithm];
    return size === undefined ? undefined : new ShortHmac(algorithm, key, size);
  }

  /** The MAC as a string of bytes, or `undefined` where the message is not short. */
  digest(signed: SignedBytes): string | undefined {
    const message = signed.behind(this.#inner);
    if (message === undefined) return undefined;
    this.#outer.set(hash(this.algorithm, message, 'buffer'), BLOCK);
    return hash(this.algorithm, this.#outer, 'binary');
  }
}
