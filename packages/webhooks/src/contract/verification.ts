/** Why a request was refused. For the log only: a caller must not learn which check failed. */
export type RejectionReason = 'missing' | 'malformed' | 'stale' | 'mismatch' | 'duplicate-header';

/** A request that was not verified, and why: for the log, never for its sender. */
export interface Rejection {
  readonly ok: false;
  readonly reason: RejectionReason;
  /** One sentence for the log, without secret or signature. */
  readonly detail: string;
}

/** Read its properties where they are needed: some are computed then, and a spread copy would lack them. */
export interface Acceptance {
  readonly ok: true;
  /** The delivery's id where the sender gives one. Read from the body only when asked for. */
  readonly id?: string | undefined;
  /** Whether the signature covers `id`. If not, it is a label that a stranger could have written. */
  readonly idSigned: boolean;
  /** The sender's time, for senders that tell it. */
  readonly sentAt?: Date | undefined;
  /** The sender's name of the event, such as `'charge.succeeded'`, for senders that tell it. */
  readonly eventType?: string | undefined;
  /** The number of the secret that matched. */
  readonly secretIndex: number;
  /**
   * The key of this delivery, equal for all attempts of its sender and different for different events; SHA-256 in hex.
   * It does not name the endpoint. `undefined` where copies cannot be told from new events: handle those again.
   *
   * `'signed'` counts signed texts only, and is always there: the id if it is signed, otherwise the signed bytes
   * without the time of the attempt. Stricter against replays, but events of equal bytes become one.
   */
  identity(mode?: 'sender' | 'signed'): string | undefined;
  /** The JSON of the body, also where it stands in a form field; otherwise the fields of the form, or `undefined`. */
  document(): unknown;
  /**
   * SHA-256 in hex over sender and signed bytes, and over the body where the signature leaves it out. Differs between
   * two attempts whose time is signed.
   */
  fingerprint(): string;
}

/** The answer of `verifyWebhook`. */
export type Verification = Acceptance | Rejection;

export function reject(reason: RejectionReason, detail: string): Rejection {
  return { ok: false, reason, detail };
}
