import type { Rejection } from '../contract/verification.js';
import type { Scheme } from '../definition/scheme.js';
import type { CodeTraits } from '../definition/sender-plan.js';
import type { Sender } from '../definition/sender.js';
import type { SignedBytes } from '../definition/signed-bytes.js';
import type { KeyFault } from '../keys/secret-text.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import type { KeyRequest } from './key-request.js';

/** A sender of this package that data alone cannot describe. */
export interface CodedSender extends Sender {
  readonly code: SenderCode;
}

/** The parts of a scheme that need code. Every function returns a value, whatever a request holds. */
export interface SenderCode extends CodeTraits {
  /** Imports a configured secret or fetched key material. Default: as the algorithm says. */
  importKey?(secret: unknown, scheme: Scheme): SecretKey | KeyFault;
  /** Replaces the data's payload and signature. */
  verify?(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection;
  /** The key to fetch before this request can be verified. */
  keyRequest?(delivery: Delivery): KeyRequest | Rejection;
  /** Replaces the headers that the data would write. */
  sign?(webhook: CodeToSign): CodeSigned;
}

/** A genuine request, as `verify` found it. */
export interface CodeMatch {
  readonly secretIndex: number;
  readonly signed: SignedBytes;
  /** The same without the time of the attempt, where that is signed. */
  readonly lasting?: SignedBytes;
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
  /** The encoded signatures of the bytes, one for each secret, as the algorithm says. */
  signatures(signed: SignedBytes): readonly string[];
  /** Throws an error that says what is missing. */
  refuse(what: string): never;
}

export interface CodeSigned {
  readonly headers: Readonly<Record<string, string>>;
  /** Present where the signature stands in the body. */
  readonly body?: Buffer;
}
