import type { Clock } from '../../time/clock.js';
import { isResilienceError, type ResilienceError } from '../../errors/resilience-error.js';
import { errorChain, readSafely } from './error-chain.js';
import { brokenAnswer, exchangeOutcome, failedAnswer, likelyOutcome, repeatableOf } from './exchange-outcome.js';
import { readLegible } from './legible.js';
import type { AnswerProtocol, Circumstances, Exchange } from '../exchange.js';
import { notedOutcome } from '../noted-outcome.js';
import { SUCCESS, type Outcome } from '../outcome.js';
import { isProgrammingMistake } from './programming-mistake.js';
import { appExceptionOutcome } from '../protocols/app-exception.js';
import { graphqlResult } from '../protocols/graphql.js';
import { ANSWERS } from '../protocols/index.js';
import { failureInStream } from '../protocols/streamed-error.js';
import { spokenOutcome } from './spoken-outcome.js';

const UNKNOWN: Outcome = Object.freeze({ kind: 'unknown' });
/** The outcome of a mistake in the program before anything was sent. */
const INVALID: Outcome = Object.freeze({ kind: 'invalid' });

const VALUES = ANSWERS.flatMap(({ ofValue }) => (ofValue === undefined ? [] : [ofValue]));

/** The engine's own reading of a returned value, in the protocol that its user has named. Never throws. */
export function outcomeOfValue(value: unknown, clock: Pick<Clock, 'wallNow'>, protocol?: AnswerProtocol): Outcome {
  if (typeof value !== 'object' || value === null) return SUCCESS;
  try {
    if (protocol !== undefined) {
      const outcome = outcomeOfResult(value, clock.wallNow());
      if (outcome !== undefined) return outcome;
    }
    for (const ofValue of VALUES) {
      const outcome = ofValue(value, clock);
      if (outcome !== undefined) return outcome;
    }
  } catch {
    // A value that throws when it is read is no answer, and goes to the caller as it is.
  }
  return SUCCESS;
}

/**
 * The engine's own reading of the last value of a stream that has ended; `undefined` where it tells of no failure.
 * Never throws: a value that throws when it is read is none of the provider's answers.
 */
export function outcomeOfLast(last: unknown): Outcome | undefined {
  return readSafely(() => failureInStream(last));
}

/** The meaning of a GraphQL result: by the errors of its body, otherwise by the error that its client returns in it. */
function outcomeOfResult(value: object, wallNow: number): Outcome | undefined {
  const { error } = value as { readonly error?: unknown };
  return (
    graphqlResult(value, wallNow) ?? (error instanceof Error ? spokenOutcome(errorChain(error), wallNow) : undefined)
  );
}

/**
 * The engine's own reading of an error. Its own words come first, along the chain of its causes; where they say
 * nothing, the last request that went over the wire decides; what neither says is `unknown`. Never throws.
 */
export function outcomeOfError(error: unknown, circumstances: Circumstances, wallNow: number): Outcome {
  const noted = readSafely(() => notedOutcome(error));
  if (noted !== undefined) return noted;
  const chain = errorChain(error);
  const own = chain.find((each): each is ResilienceError => readSafely(() => isResilienceError(each)) === true);
  const { lastExchange } = circumstances;
  if (own !== undefined) return ownOutcome(own, lastExchange, wallNow);
  const spoken = spokenOutcome(chain, wallNow);
  const outcome =
    (spoken && brokenAnswer(circumstances, { chain, spoken, wallNow })) ??
    (spoken && withHeadersOf(lastExchange, spoken, wallNow)) ??
    (lastExchange && exchangeOutcome(lastExchange, wallNow)) ??
    (isMistake(chain, circumstances) ? INVALID : undefined) ??
    likelyOutcome(circumstances, wallNow) ??
    appOutcome(chain, wallNow) ??
    UNKNOWN;
  return inCircumstances(withMethodOf(lastExchange, outcome), circumstances);
}

/**
 * The engine's own errors, of this provider or one below it: a timeout speaks of the provider, a refusal of no
 * provider. Some clients wait for ever for the rest of an answer whose connection is gone: its status had come.
 */
function ownOutcome({ code, retryAfterMs }: ResilienceError, last: Exchange | undefined, wallNow: number): Outcome {
  if (code !== 'TIMEOUT') return { kind: 'refused', retryAfterMs };
  return (last?.body === 'broken' ? failedAnswer(last, wallNow) : undefined) ?? { kind: 'unknown', retryAfterMs };
}

/** Whether the wire knows that nothing was sent, where the error says only that there was no answer. */
function isUnsent({ status }: Outcome, { lastExchange, hasSent }: Circumstances): boolean {
  return status === undefined && !hasSent && lastExchange?.sent === false;
}

/** An error that says only the status (Twilio, Postmark) has left out how long to wait: that stood in the headers. */
function withHeadersOf(exchange: Exchange | undefined, spoken: Outcome, wallNow: number): Outcome {
  if (exchange?.status === undefined || spoken.retryAfterMs !== undefined) return spoken;
  if (spoken.status !== exchange.status) return spoken;
  const full = failedAnswer(exchange, wallNow);
  if (full === undefined) return spoken;
  return full.retryAfterMs === undefined && full.pushback === undefined ? spoken : { ...spoken, ...full };
}

function withMethodOf(exchange: Exchange | undefined, outcome: Outcome): Outcome {
  if (exchange === undefined || outcome.repeatable !== undefined) return outcome;
  return { ...outcome, repeatable: repeatableOf(exchange) };
}

function appOutcome(chain: readonly object[], wallNow: number): Outcome | undefined {
  for (const error of chain) {
    const outcome = readLegible(error, (legible) => appExceptionOutcome(legible, wallNow));
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function isMistake([error]: readonly object[], { hasSent }: Circumstances): boolean {
  return error !== undefined && !hasSent && readSafely(() => isProgrammingMistake(error)) === true;
}

/** Whether an outcome may be that of an abort: one by a time limit is read as `unknown`. */
function isAbort({ kind, status }: Outcome): boolean {
  return kind === 'cancelled' || (kind === 'unknown' && status === undefined);
}

/** The outcome of a call of which more is known. */
function inCircumstances(outcome: Outcome, circumstances: Circumstances): Outcome {
  const { aborted, idempotencyKey, earlierInDoubt, hasSent } = circumstances;
  // Its caller had left, or the time was over, before the provider was asked: that says nothing of it.
  if (!aborted && !hasSent && circumstances.abortedBefore === true && isAbort(outcome)) return INVALID;
  switch (outcome.kind) {
    case 'cancelled':
      // An abort that is not the call's own is a client's time limit, or the method's: the provider did not answer in
      // time.
      return aborted ? outcome : { ...outcome, kind: isUnsent(outcome, circumstances) ? 'not-sent' : 'unknown' };
    case 'unknown':
      return isUnsent(outcome, circumstances) ? { ...outcome, kind: 'not-sent' } : outcome;
    case 'invalid':
      // A redirect may lead to where no request can be made.
      return hasSent ? { ...outcome, kind: 'contract' } : outcome;
    case 'permanent':
      // An earlier attempt with this key is still at work. Source: draft-ietf-httpapi-idempotency-key-header, §2.6.
      return outcome.status === 409 && idempotencyKey !== undefined && earlierInDoubt
        ? { ...outcome, kind: 'transient' }
        : outcome;
    default:
      return outcome;
  }
}
