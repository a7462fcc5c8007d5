import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { consistent, duration, integer, options, optional, optionsOr } from '../../settings/fields.js';
import { adaptiveLimitSchema, type AdaptiveLimitOptions } from './adaptive-limit.options.js';

/** How high an adaptive limit may rise where nothing is said. */
const MOST = 200;

/** How many calls may be under way at once, and wait for that. */
export interface BulkheadOptions {
  /** How many calls may run at once; with `adaptive`, how many to begin with. Default 10. */
  concurrency?: number;
  /** How many may wait for a slot, first come first served. Default 0: the next is refused. */
  queue?: number;
  /** How long a call may wait for a slot. Default: until it is aborted, by its total timeout or its caller. */
  wait?: Duration;
  /**
   * Lets the limit follow what the provider can take. `true` takes the defaults. Default false: nothing is measured.
   */
  adaptive?: AdaptiveLimitOptions | boolean;
}

const adaptive = optionsOr(
  adaptiveLimitSchema,
  v.pipe(
    v.boolean("expected true, false or an object such as { algorithm: 'aimd', min: 1, max: 100 }"),
    v.transform((on) => on && v.parse(adaptiveLimitSchema, {})),
  ),
);

export const bulkheadSchema = v.pipe(
  consistent(
    options({
      concurrency: optional(integer(1, 1_000_000), 10),
      queue: optional(integer(0, 1_000_000), 0),
      wait: optional(duration()),
      adaptive: optional(adaptive, false),
    }),
    ['concurrency', 'adaptive'],
    ({ concurrency, adaptive }) => {
      if (adaptive === false) return undefined;
      const { min, max = concurrency } = adaptive;
      if (concurrency < min) return { at: 'concurrency', message: `expected at least adaptive.min (${min})` };
      return concurrency > max ? { at: 'concurrency', message: `expected at most adaptive.max (${max})` } : undefined;
    },
  ),
  v.transform(({ adaptive, ...fixed }) => ({
    ...fixed,
    adaptive: adaptive === false ? undefined : { ...adaptive, max: adaptive.max ?? Math.max(MOST, fixed.concurrency) },
  })),
);

export type BulkheadSettings = v.InferOutput<typeof bulkheadSchema>;
