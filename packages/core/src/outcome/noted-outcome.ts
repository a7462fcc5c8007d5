import type { Outcome } from './outcome.js';

const NOTED = Symbol.for('breakwater.outcome');

/** Notes on an error of our own making what the error that it stands for meant. */
export function noteOutcome(error: Error, outcome: Outcome): void {
  Object.defineProperty(error, NOTED, { value: outcome });
}

/** The outcome noted on an error, by this copy of the package or another. */
export function notedOutcome(error: unknown): Outcome | undefined {
  return typeof error === 'object' && error !== null ? (error as { readonly [NOTED]?: Outcome })[NOTED] : undefined;
}
