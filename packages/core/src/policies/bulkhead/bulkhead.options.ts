import type * as v from 'valibot';
import type { Duration } from '../../duration.js';
import { duration, integer, options, optional } from '../../settings/fields.js';

export interface BulkheadOptions {
  /** How many calls may run at once. Default 10. */
  concurrency?: number;
  /** How many may wait for a slot, first come first served. Default 0: the next is refused. */
  queue?: number;
  /** How long one may wait for a slot. Default: until the call is given up, by its total timeout or its caller. */
  wait?: Duration;
}

export const bulkheadSchema = options({
  concurrency: optional(integer(1, 1_000_000), 10),
  queue: optional(integer(0, 1_000_000), 0),
  wait: optional(duration()),
});

export type BulkheadSettings = v.InferOutput<typeof bulkheadSchema>;
