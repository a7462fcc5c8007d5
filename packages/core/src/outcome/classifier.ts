import { LONGEST_DELAY_MS, type Clock } from '../time/clock.js';
import { isResilienceError, type ResilienceError } from '../errors/resilience-error.js';
import { notedOutcome } from './noted-outcome.js';
import { SUCCESS, type Outcome, type OutcomeKind, type Settled } from './outcome.js';
import { clientErrorOutcome, methodOf } from './protocols/client-errors.js';
import { grpcPushback } from './protocols/grpc-pushback.js';
import { httpOutcome, type HttpAnswer } from './protocols/rest.js';
import { printed } from '../values/printed.js';

/** How far the chain of causes is followed. */
const CAUSES = 5;
/** An error that does not let itself be looked at. */
const UNREADABLE: Outcome = Object.freeze({ kind: 'unknown' });

const KINDS: Readonly<Record<OutcomeKind, true>> = {
  success: true,
  'not-sent': true,
  throttled: true,
  transient: true,
  unknown: true,
  permanent: true,
  unauthorized: true,
  contract: true,
  cancelled: true,
  refused: true,
};

/** The user's own word on a result; `undefined` leaves it to the engine. */
export type Classify = (result: Settled) => OutcomeKind | Outcome | undefined;

/**
 * Decides in one place what a result or an error means. `own` gives the user's own word on it; one that throws, or says what is no outcome,
 * is reported and has said nothing: it must not turn the provider's answer into a failure.
 */
export function createClassifier(
  clock: Clock,
  own: () => Classify | undefined = () => undefined,
  onFailure: (error: unknown) => void = () => undefined,
): (result: Settled) => Outcome {
  const standard = (result: Settled) => {
    try {
      return result.ok ? outcomeOfValue(result.value, clock) : outcomeOfError(result.error, clock);
    } catch {
      // What throws when it is looked at says nothing, and is the caller's as it is.
      return result.ok ? SUCCESS : UNREADABLE;
    }
  };
  const wordOf = (classify: Classify, result: Settled) => {
    try {
      const word = known(classify(result));
      return typeof word === 'string' ? { ...standard(result), kind: word } : word && withSaneWait(word);
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  return (result) => {
    const classify = own();
    // What most methods give when nobody has a word on it: nothing that could be a response.
    if (classify === undefined && result.ok && typeof result.value !== 'object') return SUCCESS;
    return (classify && wordOf(classify, result)) ?? standard(result);
  };
}

/** The word of a classifier. Throws a `TypeError` for what is none, such as a misspelt kind or a promise. */
function known(word: unknown): OutcomeKind | Outcome | undefined {
  if (word === undefined || word === null) return undefined;
  // Nobody waits for it, so nobody else hears of it when it rejects.
  if (word instanceof Promise) word.catch(() => undefined);
  const kind: unknown = typeof word === 'object' && 'kind' in word ? word.kind : word;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return word as OutcomeKind | Outcome;
  throw new TypeError(`classify said ${printed(kind)}; known are ${Object.keys(KINDS).join(', ')}`);
}

/** A wait that is no length of time counts as unsaid, and nobody waits longer than a timer can carry. */
function withSaneWait(outcome: Outcome): Outcome {
  const { retryAfterMs: asked } = outcome;
  if (asked === undefined) return outcome;
  const retryAfterMs = Number.isFinite(asked) ? Math.min(Math.max(0, asked), LONGEST_DELAY_MS) : undefined;
  return retryAfterMs === asked ? outcome : { ...outcome, retryAfterMs };
}

function outcomeOfValue(value: unknown, clock: Clock): Outcome {
  if (typeof value !== 'object' || value === null) return SUCCESS;
  const answer = responseIn(value);
  return answer === undefined ? SUCCESS : httpOutcome(answer, clock.wallNow());
}

function outcomeOfError(error: unknown, clock: Clock): Outcome {
  const noted = notedOutcome(error);
  if (noted !== undefined) return noted;
  const own = ownErrorIn(error);
  if (own !== undefined) return ownOutcome(own);
  const answer = answerIn(error);
  if (answer !== undefined) return httpOutcome(answer, clock.wallNow());
  const pushback = grpcPushback(error);
  return pushback === undefined ? clientErrorOutcome(error) : { ...clientErrorOutcome(error), ...pushback };
}

/** An error of the engine, also where whoever called the provider below has put it into an error of their own. */
function ownErrorIn(error: unknown): ResilienceError | undefined {
  let cause = error;
  for (let depth = 0; depth < CAUSES && typeof cause === 'object' && cause !== null; depth++) {
    if (isResilienceError(cause)) return cause;
    ({ cause } = cause as { cause?: unknown });
  }
  return undefined;
}

/** The engine's own errors, of this provider or one below it: a timeout speaks of the provider, a refusal of nobody. */
function ownOutcome(error: ResilienceError): Outcome {
  return { kind: error.code === 'TIMEOUT' ? 'unknown' : 'refused', retryAfterMs: error.retryAfterMs };
}

/** A response that was returned rather than thrown: of `fetch` and undici by their shape, of axios by its request config. */
function responseIn(value: object): HttpAnswer | undefined {
  // One look is enough for what is no response: each costs, where methods give values of many shapes.
  const { headers } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { status, statusCode, config, ok, body } = value as Record<string, unknown>;
  if (typeof status === 'number' && (typeof ok === 'boolean' || config !== undefined)) {
    return { status, headers, method: methodOf(value) };
  }
  return typeof statusCode === 'number' && body !== undefined ? { status: statusCode, headers } : undefined;
}

/** The answer that an error carries: `error.response` (axios, got, ky), else a status on the error itself. */
function answerIn(error: unknown): HttpAnswer | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { response, status, statusCode, headers } = error as Record<string, unknown>;
  if (typeof response === 'object' && response !== null) {
    const inner = response as Record<string, unknown>;
    const code = inner['status'] ?? inner['statusCode'];
    // A truncated 200 is an error without an error status: the client's own code says more.
    if (isErrorStatus(code)) return { status: code, headers: inner['headers'], method: methodOf(error) };
    return undefined;
  }
  const code = status ?? statusCode;
  return isErrorStatus(code) ? { status: code, headers, method: methodOf(error) } : undefined;
}

function isErrorStatus(status: unknown): status is number {
  return typeof status === 'number' && status >= 400 && status <= 599;
}
