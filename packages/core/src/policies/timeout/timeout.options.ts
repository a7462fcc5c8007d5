import type * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { consistent, duration, options, optional } from '../../settings/fields.js';

/** The time limits of an attempt and of an operation with all its attempts. */
export interface TimeoutOptions {
  /** How long one attempt may take. No limit unless given. */
  attempt?: Duration;
  /**
   * How long the operation may take with all its attempts and waits. Nested calls inherit it while this one goes on. No
   * limit unless given.
   */
  total?: Duration;
}

export const timeoutSchema = consistent(
  options({ attempt: optional(duration({ min: 1 })), total: optional(duration({ min: 1 })) }),
  ['attempt', 'total'],
  ({ attempt, total }) => {
    if (attempt === undefined && total === undefined)
      return { at: 'attempt', message: "expected attempt: '2s', total: '10s', or both" };
    if (attempt !== undefined && total !== undefined && attempt > total) {
      return { at: 'attempt', message: `expected at most timeout.total (${total} ms)` };
    }
    return undefined;
  },
);

export type TimeoutSettings = v.InferOutput<typeof timeoutSchema>;
