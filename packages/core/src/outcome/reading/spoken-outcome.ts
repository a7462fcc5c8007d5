import { errorChain } from './error-chain.js';
import { readLegible } from './legible.js';
import type { Outcome, OutcomeKind } from '../outcome.js';
import { methodOf } from '../protocols/http-answer.js';
import { isRepeatable } from '../request-method.js';
import { ANSWERS } from '../protocols/index.js';
import { isConnecting, networkKind } from '../protocols/network.js';

/** How many of an aggregate's errors are read, and how deep one may stand in another. */
const MOST_ERRORS = 32;
const DEPTH = 3;

/**
 * The outcome that an error states, along the chain of its causes: the outermost answer wins, then what the network
 * said. A status without any sign of an answer is what a client writes where it got none (Octokit), so the network's
 * words win over it. `undefined` where nothing in the chain says anything.
 */
export function spokenOutcome(chain: readonly object[], wallNow: number, depth = 0): Outcome | undefined {
  for (const error of chain) {
    const answer = answerIn(error, wallNow);
    if (answer === undefined) continue;
    return readLegible(error, isBareStatus) !== false ? (networkOutcome(chain, wallNow, depth) ?? answer) : answer;
  }
  return networkOutcome(chain, wallNow, depth);
}

/** Whether an error states more than that a connection failed, or a status of a client's own: what an answer said. */
export function tellsAnswer(chain: readonly object[], wallNow: number): boolean {
  return chain.some((error) => {
    const answer = answerIn(error, wallNow);
    return answer !== undefined && (answer.status === undefined || readLegible(error, isBareStatus) === false);
  });
}

function answerIn(error: object, wallNow: number): Outcome | undefined {
  for (const { ofError } of ANSWERS) {
    const outcome = ofError && readLegible(error, (legible) => ofError(legible, wallNow));
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

function isBareStatus(error: object): boolean {
  const { response, headers, meta, $metadata } = error as Readonly<Record<string, unknown>>;
  return [response, headers, meta, $metadata].every((part) => part === undefined || part === null);
}

/** The outcome of a request without an answer, by Node and the clients above it: the outermost that says anything. */
function networkOutcome(chain: readonly object[], wallNow: number, depth: number): Outcome | undefined {
  let outcome: Outcome | undefined;
  for (const error of chain) {
    // A connection that could not be made carried no request, however far down that is said.
    if (readLegible(error, isConnecting) === true) return { ...outcome, kind: 'not-sent' };
    const kind = readLegible(error, networkKind);
    if (outcome === undefined && kind !== undefined) outcome = { kind };
    const all = readLegible(error, (legible) => outcomeOfAll(legible, wallNow, depth));
    // One that was sent outweighs the code of another that was not.
    if (all !== undefined && (outcome === undefined || outcome.kind === 'not-sent')) {
      outcome = outcome === undefined ? all : { ...outcome, kind: all.kind === 'not-sent' ? 'not-sent' : 'unknown' };
    }
  }
  return outcome && withMethod(chain, outcome);
}

function withMethod(chain: readonly object[], outcome: Outcome): Outcome {
  for (const error of chain) {
    const method = readLegible(error, methodOf);
    if (method !== undefined) return { ...outcome, repeatable: isRepeatable(method) };
  }
  return outcome;
}

/**
 * The outcome that several errors state together, of as many addresses or requests; `undefined` where there are none or
 * none says anything.
 */
function outcomeOfAll(error: object, wallNow: number, depth: number): Outcome | undefined {
  const { errors } = error as { errors?: unknown };
  if (!Array.isArray(errors) || errors.length === 0 || depth >= DEPTH) return undefined;
  // One that stands in it several times is one.
  const outcomes = [...new Set(errors.slice(0, MOST_ERRORS))].map((each: unknown) =>
    spokenOutcome(errorChain(each), wallNow, depth + 1),
  );
  const [first] = outcomes;
  if (outcomes.every((outcome) => outcome === undefined)) return undefined;
  const kinds = new Set(outcomes.map((outcome) => outcome?.kind));
  if (kinds.size > 1) return { kind: [...kinds].every(isRefusal) ? 'permanent' : 'unknown' };
  const waits = outcomes.flatMap((outcome) => outcome?.retryAfterMs ?? []);
  return waits.length === 0 ? first : { ...first!, retryAfterMs: Math.max(...waits) };
}

/** Whether the provider refused for good what it was asked: together with other such refusals that is one. */
function isRefusal(kind: OutcomeKind | undefined): boolean {
  return kind === 'permanent' || kind === 'unauthorized';
}
