import { LONGEST_DELAY_MS } from '../../time/clock.js';
import { isMisspelt } from '../../settings/unknown-name.js';
import { printed, quoted } from '../../values/printed.js';
import type { Outcome, OutcomeKind } from '../outcome.js';

const KINDS: Readonly<Record<OutcomeKind, true>> = {
  success: true,
  'not-sent': true,
  throttled: true,
  transient: true,
  unknown: true,
  permanent: true,
  unauthorized: true,
  contract: true,
  invalid: true,
  cancelled: true,
  refused: true,
};

/** The word of a user's classifier. Throws a `TypeError` for what is none, such as a misspelt kind or a promise. */
export function knownWord(word: unknown): OutcomeKind | Outcome | undefined {
  if (word === undefined || word === null) return undefined;
  // Nothing waits for it, so its rejection would be unhandled.
  if (word instanceof Promise) word.catch(() => undefined);
  const kind: unknown = typeof word === 'object' && 'kind' in word ? word.kind : word;
  if (typeof kind === 'string' && Object.hasOwn(KINDS, kind)) return word as OutcomeKind | Outcome;
  const known = Object.keys(KINDS);
  const shown = typeof kind === 'string' && isMisspelt(kind, known) ? quoted(kind) : printed(kind);
  throw new TypeError(`classify said ${shown}; known are ${known.join(', ')}`);
}

/** A wait that is no length of time is reported and counts as unsaid, and no wait is longer than a timer can carry. */
export function withSaneWait(outcome: Outcome, onFailure: (error: unknown) => void): Outcome {
  const asked: unknown = outcome.retryAfterMs;
  if (asked === undefined) return outcome;
  const isLength = typeof asked === 'number' && Number.isFinite(asked);
  if (!isLength)
    onFailure(new TypeError(`classify said retryAfterMs ${printed(asked)}; expected a number of milliseconds`));
  const retryAfterMs = isLength ? Math.min(Math.max(0, asked), LONGEST_DELAY_MS) : undefined;
  return retryAfterMs === asked ? outcome : { ...outcome, retryAfterMs };
}
