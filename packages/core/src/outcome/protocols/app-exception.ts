import { SUCCESS, type Outcome } from '../outcome.js';
import { httpOutcome, isErrorStatus } from './http-status.js';

/**
 * The status of an exception that an application raises for its own callers, such as Nest's `HttpException`: it says
 * what they are to be told, so the provider's own answer, in a cause or on the wire, says more.
 */
export function appExceptionOutcome(error: object, wallNow: number): Outcome | undefined {
  const { getStatus } = error as { getStatus?: unknown };
  if (typeof getStatus !== 'function') return undefined;
  const status: unknown = getStatus.call(error);
  if (!isErrorStatus(status)) return undefined;
  const outcome = httpOutcome({ status }, wallNow);
  return outcome === SUCCESS ? undefined : outcome;
}
