import { errorChain } from './error-chain.js';
import type { Circumstances, Exchange } from '../exchange.js';
import type { Outcome } from '../outcome.js';
import { httpOutcome, isErrorStatus } from '../protocols/http-status.js';
import { isRepeatable } from '../request-method.js';
import { spokenOutcome, tellsAnswer } from './spoken-outcome.js';

/** The meaning of an exchange by itself. An error that follows a good answer is not explained by it. */
export function exchangeOutcome(exchange: Exchange, wallNow: number): Outcome | undefined {
  const { status, failure } = exchange;
  if (status === undefined) {
    const chain = errorChain(failure);
    return chain.length === 0 ? undefined : spokenOutcome(chain, wallNow);
  }
  if (status < 300) return undefined;
  // A redirect that was not followed to its end. Not modified is an answer, as its request wanted it.
  if (status < 400) return { kind: status === 304 ? 'permanent' : 'contract', status };
  return failedAnswer(exchange, wallNow);
}

/**
 * The meaning of an exchange that was probably the call's own. It is not certain enough to repeat the call for it.
 */
export function likelyOutcome({ likelyExchange }: Circumstances, wallNow: number): Outcome | undefined {
  const outcome = likelyExchange && exchangeOutcome(likelyExchange, wallNow);
  return outcome && { ...outcome, repeatable: false, pushback: 'never' };
}

/** The meaning of an answer with the status of a failure; `undefined` where it is another, or none came. */
export function failedAnswer(exchange: Exchange, wallNow: number): Outcome | undefined {
  const { status, headers } = exchange;
  if (!isErrorStatus(status)) return undefined;
  return { ...httpOutcome({ status, headers }, wallNow), repeatable: repeatableOf(exchange) };
}

/** The words of an error, by itself. */
interface SpokenError {
  readonly chain: readonly object[];
  readonly spoken: Outcome;
  readonly wallNow: number;
}

/**
 * The meaning of a refusal or failure whose body broke off, or was not read in time: the error speaks of the connection
 * alone, and the status had come. `undefined` where that is not what failed.
 */
export function brokenAnswer(
  { lastExchange, aborted }: Circumstances,
  { chain, spoken: { kind }, wallNow }: SpokenError,
): Outcome | undefined {
  if (lastExchange === undefined || lastExchange.body === 'whole') return undefined;
  const isOfConnection = kind === 'unknown' || kind === 'contract' || (kind === 'cancelled' && !aborted);
  return isOfConnection && !tellsAnswer(chain, wallNow) ? failedAnswer(lastExchange, wallNow) : undefined;
}

export function repeatableOf({ repeatable, method }: Exchange): boolean | undefined {
  return repeatable ?? isRepeatable(method);
}
