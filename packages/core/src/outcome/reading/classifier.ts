import type { Clock } from '../../time/clock.js';
import { NO_CIRCUMSTANCES, type Circumstances } from '../exchange.js';
import { SUCCESS, type Outcome, type OutcomeKind, type Settled } from '../outcome.js';
import { httpOutcome } from '../protocols/http-status.js';
import { outcomeOfError, outcomeOfValue } from './standard-outcome.js';
import { knownWord, withSaneWait } from './users-word.js';

/** Questions that a user's classifier can ask the engine. */
export interface ClassifyTools {
  /** The engine's own reading of the result. */
  standard(): Outcome;
  /** The meaning of an HTTP answer by its status and headers, `Retry-After` and resets of quotas included. */
  fromResponse(response: { readonly status: number; readonly headers?: unknown }): Outcome;
  /**
   * The meaning of a GraphQL result, as any client returns it: by the codes of its `errors`; a success where it has
   * none.
   */
  fromGraphql(result: object): Outcome;
}

/** The user's own word on a result; `undefined` leaves it to the engine. */
export type Classify = (result: Settled, tools: ClassifyTools) => OutcomeKind | Outcome | undefined;

/** The meaning of a result, for a call of which `circumstances` are known. */
export type Classifier = (result: Settled, circumstances?: Circumstances) => Outcome;

/** Holds the user's own classifier, which may change with the settings. */
export interface ClassifierOfUser {
  readonly classify: Classify | undefined;
}

const NONE: ClassifierOfUser = Object.freeze({ classify: undefined });

/**
 * Decides in one place what a result or an error means. `ofUser` holds the user's own classifier. One that throws, or
 * says what is no outcome, is reported and has said nothing: it must not turn the provider's answer into a failure.
 */
export function createClassifier(
  clock: Clock,
  ofUser: ClassifierOfUser = NONE,
  onFailure: (error: unknown) => void = () => undefined,
): Classifier {
  const standard = (result: Settled, circumstances: Circumstances) =>
    result.ok
      ? outcomeOfValue(result.value, clock, circumstances.protocol)
      : outcomeOfError(result.error, circumstances, clock.wallNow());
  const wordOf = (classify: Classify, result: Settled, circumstances: Circumstances) => {
    try {
      const tools: ClassifyTools = {
        standard: () => standard(result, circumstances),
        fromResponse: (response) => httpOutcome(response, clock.wallNow()),
        fromGraphql: (body) => outcomeOfValue(body, clock, 'graphql'),
      };
      const word = knownWord(classify(result, tools));
      return typeof word === 'string'
        ? { ...standard(result, circumstances), kind: word }
        : word && withSaneWait(word, onFailure);
    } catch (error) {
      onFailure(error);
      return undefined;
    }
  };
  return (result, circumstances = NO_CIRCUMSTANCES) => {
    const { classify } = ofUser;
    // The usual case where no user's classifier is asked: a value that could not be a response.
    if (classify === undefined && result.ok && typeof result.value !== 'object') return SUCCESS;
    return (classify && wordOf(classify, result, circumstances)) ?? standard(result, circumstances);
  };
}
