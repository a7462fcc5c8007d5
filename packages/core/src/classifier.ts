import type { Clock } from './clock.js';
import { isResilienceError, type ResilienceError } from './errors/resilience-error.js';
import { SUCCESS, type Outcome, type OutcomeKind, type Settled } from './outcome.js';
import { clientErrorOutcome, methodOf } from './protocols/client-errors.js';
import { grpcPushback } from './protocols/grpc-pushback.js';
import { httpOutcome, type HttpAnswer } from './protocols/rest.js';

/** The user's own word on a result; `undefined` leaves it to the engine. */
export type Classify = (result: Settled) => OutcomeKind | Outcome | undefined;

/**
 * Decides in one place what a result or an error means. `own` gives the user's own word on it; one that throws is reported and has
 * said nothing: it must not turn the provider's answer into a failure.
 */
export function createClassifier(
  clock: Clock,
  own: () => Classify | undefined = () => undefined,
  onFailure: (error: unknown) => void = () => undefined,
): (result: Settled) => Outcome {
  const standard = (result: Settled) =>
    result.ok ? outcomeOfValue(result.value, clock) : outcomeOfError(result.error, clock);
  const wordOf = (classify: Classify, result: Settled) => {
    try {
      const word = classify(result);
      return typeof word === 'string' ? { ...standard(result), kind: word } : word;
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  return (result) => {
    const classify = own();
    return (classify && wordOf(classify, result)) ?? standard(result);
  };
}

function outcomeOfValue(value: unknown, clock: Clock): Outcome {
  if (typeof value !== 'object' || value === null) return SUCCESS;
  const answer = responseIn(value);
  return answer === undefined ? SUCCESS : httpOutcome(answer, clock.wallNow());
}

function outcomeOfError(error: unknown, clock: Clock): Outcome {
  if (isResilienceError(error)) return ownOutcome(error);
  const answer = answerIn(error);
  if (answer !== undefined) return httpOutcome(answer, clock.wallNow());
  const pushback = grpcPushback(error);
  return pushback === undefined ? clientErrorOutcome(error) : { ...clientErrorOutcome(error), ...pushback };
}

/** The engine's own errors, of this provider or one below it: a timeout speaks of the provider, a refusal of nobody. */
function ownOutcome(error: ResilienceError): Outcome {
  return { kind: error.code === 'TIMEOUT' ? 'unknown' : 'refused', retryAfterMs: error.retryAfterMs };
}

/** A response that was returned rather than thrown: of `fetch` and undici by their shape, of axios by its request config. */
function responseIn(value: object): HttpAnswer | undefined {
  const { status, statusCode, headers, config, ok, body } = value as Record<string, unknown>;
  if (typeof headers !== 'object' || headers === null) return undefined;
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
