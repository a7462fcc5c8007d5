/** Why a request was refused. For the log only: a caller must not learn which check failed. */
export type RejectionReason = 'missing' | 'malformed' | 'stale' | 'mismatch' | 'duplicate-header';

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
  readonly id?: string;
  /** Whether the signature covers `id`. If not, it is a label: never dedupe by it. */
  readonly idSigned: boolean;
  /** The sender's time, for senders that tell it. */
  readonly sentAt?: Date;
  /** Which of the secrets matched. */
  readonly secretIndex: number;
  /**
   * SHA-256 in hex over sender and signed bytes, and over the body where the signature leaves it out:
   * what to dedupe by without a signed id. Computed when called.
   */
  fingerprint(): string;
}

export type Verification = Acceptance | Rejection;

export function reject(reason: RejectionReason, detail: string): Rejection {
  return { ok: false, reason, detail };
}
