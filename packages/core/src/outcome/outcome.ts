/**
 * The meaning of a settled call.
 *
 * - `success` it did what was asked;
 * - `not-sent` the request certainly did not reach the provider;
 * - `throttled` the provider asks for fewer calls;
 * - `transient` the provider says that it did not do it and may do it later;
 * - `unknown` it may or may not have been done;
 * - `permanent` the provider refused it, and would again;
 * - `unauthorized` the credential was refused;
 * - `contract` the answer was not what the protocol promises;
 * - `invalid` the request could not be made: nothing was sent, and the mistake is the caller's or the program's own;
 * - `cancelled` the caller aborted the call;
 * - `refused` the engine itself did not let it through.
 */
export type OutcomeKind =
  | 'success'
  | 'not-sent'
  | 'throttled'
  | 'transient'
  | 'unknown'
  | 'permanent'
  | 'unauthorized'
  | 'contract'
  | 'invalid'
  | 'cancelled'
  | 'refused';

/** The meaning of a settled call, and what the provider said besides. */
export interface Outcome {
  readonly kind: OutcomeKind;
  /** How long the provider, or the refusing policy, asks to wait. */
  readonly retryAfterMs?: number | undefined;
  /** The HTTP status, where there was one. */
  readonly status?: number | undefined;
  /** Whether the request's own method allows repeating it (RFC 9110 §9.2.2); `undefined` when nothing says so. */
  readonly repeatable?: boolean | undefined;
  /** The one of the provider's resources whose quota is spent, where a throttled answer names it, as GitHub's do. */
  readonly resource?: string | undefined;
  /** The server's own word on another attempt (gRFC A6): after exactly `retryAfterMs`, or never. */
  readonly pushback?: 'exact' | 'never' | undefined;
}

/** How a call ended. */
export type Settled<T = unknown> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export const SUCCESS: Outcome = Object.freeze({ kind: 'success' });
export const REFUSED: Outcome = Object.freeze({ kind: 'refused' });
export const CANCELLED: Outcome = Object.freeze({ kind: 'cancelled' });

/** Whether the call may have taken effect without our knowing. */
export function isInDoubt({ kind }: Outcome): boolean {
  return kind === 'unknown' || kind === 'cancelled' || kind === 'contract';
}

/** Whether an outcome speaks against the provider's health; `undefined` when it says nothing about it. */
export function isFailure(outcome: Outcome): boolean | undefined {
  switch (outcome.kind) {
    case 'success':
    case 'permanent':
    case 'unauthorized':
      return false;
    case 'not-sent':
    case 'transient':
    case 'unknown':
    case 'contract':
      return true;
    case 'throttled':
    case 'invalid':
    case 'cancelled':
    case 'refused':
      return undefined;
  }
}
