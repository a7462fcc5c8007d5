import type { LiveCall } from './call.js';
import type { Outcome } from './outcome.js';

/**
 * Whether what an attempt may have done can be done once more without harm: it has an idempotency key, the user says so (`idempotent`), or
 * nothing says that its HTTP method forbids it. `outcome` is what came of it, where it has ended.
 */
export function mayRepeat(attempt: LiveCall, idempotent: boolean | undefined, outcome?: Outcome): boolean {
  if (attempt.idempotencyKey !== undefined) return true;
  return idempotent ?? outcome?.repeatable ?? attempt.repeatable ?? true;
}
