import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';
import { noteOutcome } from '../../outcome/noted-outcome.js';

/** Why a token endpoint gave no token. */
export interface TokenFailure {
  /** The HTTP status of its answer, where there was one. */
  readonly status?: number | undefined;
  /** Its own word, such as `invalid_client` (RFC 6749 §5.2). */
  readonly word?: string | undefined;
  readonly reason: string;
  /** Whether it may be had later, as things stand. */
  readonly isTransient: boolean;
}

/**
 * No access token was to be had, so the request was not sent. It counts as `not-sent` where the token endpoint may
 * answer later, otherwise as `unauthorized`.
 */
export class TokenUnavailableError extends ResilienceError {
  readonly code = 'TOKEN_UNAVAILABLE';
  /** The HTTP status of the token endpoint's answer, where there was one. */
  readonly tokenStatus: number | undefined;

  constructor({ status, reason, isTransient }: TokenFailure, info: ResilienceErrorInfo) {
    super(`${info.provider}: no access token: ${reason}`, info);
    this.tokenStatus = status;
    noteOutcome(this, { kind: isTransient ? 'not-sent' : 'unauthorized', retryAfterMs: info.retryAfterMs });
  }
}

/** Whether an error is a `TokenUnavailableError`, of this copy of the package or another. */
export const isTokenUnavailableError = guardFor<TokenUnavailableError>('TOKEN_UNAVAILABLE');
