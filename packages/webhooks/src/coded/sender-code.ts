import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import type { KeyRequest } from './key-request.js';
import type { KeyFault } from '../keys/parse-key.js';
import type { Scheme } from '../definition/scheme.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { SignedBytes } from '../definition/signed-bytes.js';
import type { Rejection } from '../contract/verification.js';

/** What data cannot say about a sender. Every function answers whatever a request holds with a value. */
export interface SenderCode {
  /** The signature covers all of the body that matters to a handler. */
  readonly signsBody?: boolean;
  readonly signsId?: boolean;
  /** `true` where it always covers the URL, `'if-covered'` where the signature itself says so. */
  readonly signsUrl?: boolean | 'if-covered';
  /** Headers that `verify` reads, besides those that the data names. */
  readonly headers?: readonly string[];
  /** Makes a key of a configured secret or of fetched key material. Default: in the way of the algorithm. */
  importKey?(secret: unknown, scheme: Scheme): SecretKey | KeyFault;
  /** Takes the place of the data's payload and signature. */
  verify?(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection;
  /** What a fetcher would have to bring before this request can be verified. */
  keyRequest?(delivery: Delivery): KeyRequest | Rejection;
  /** Takes the place of writing the data's headers. */
  sign?(webhook: CodeToSign): CodeSigned;
}

/** What `verify` found to be genuine. */
export interface CodeMatch {
  readonly secretIndex: number;
  readonly signed: SignedBytes;
  readonly id?: string | undefined;
  readonly sentAtMs?: number | undefined;
}

export interface CodeToSign {
  readonly body: Buffer;
  readonly json: unknown;
  readonly nowMs: number;
  readonly id: string | undefined;
  readonly method: string;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly scheme: Scheme;
  /** The encoded signatures of the bytes, one for each secret, in the way of the algorithm. */
  signatures(signed: SignedBytes): readonly string[];
  /** Ends the signing with an error that says what is missing. */
  refuse(what: string): never;
}

export interface CodeSigned {
  readonly headers: Readonly<Record<string, string>>;
  /** Present where the signature stands in the body. */
  readonly body?: Buffer;
}
