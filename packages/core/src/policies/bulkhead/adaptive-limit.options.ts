import type * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import { consistent, duration, integer, number, oneOf, options, optional, ratio } from '../../settings/fields.js';

/**
 * A limit that follows what the provider can take at the moment. Work that was too much for it counts as turned away:
 * throttled (429), answered 503, or aborted by the attempt's timeout. Among all other outcomes only successes count.
 */
export interface AdaptiveLimitOptions {
  /**
   * `aimd` (default): one more after as many successes as the limit, a tenth less when work was turned away.
   * `gradient`: more while calls take as long as they do when few are in flight, less as they take longer: it acts
   * before the provider turns anything away, and needs calls that take about the same time each.
   */
  algorithm?: 'aimd' | 'gradient';
  /** The limit never falls below. Default 1. */
  min?: number;
  /** The limit never rises above. Default 200, or `concurrency` where that is more. */
  max?: number;
  /** `aimd`: what the limit is multiplied by when work was turned away, from 0.5. Default 0.9. */
  backoffRatio?: number;
  /** `aimd`: work that took longer counts as turned away, too. Default `'5s'`. */
  slowerThan?: Duration;
  /** `gradient`: how many times the usual a call may take before the limit falls. Default 1.5. */
  tolerance?: number;
  /** `gradient`: how much of the way to its new value the limit goes in one round of calls. Default 0.2. */
  smoothing?: number;
  /** `gradient`: how many more the limit aims at while calls take no longer than usual. Default 4. */
  queueSize?: number;
  /** `gradient`: over how many calls the usual time is averaged. Default 600. */
  longWindow?: number;
}

const ONLY_FOR = {
  backoffRatio: 'aimd',
  slowerThan: 'aimd',
  tolerance: 'gradient',
  smoothing: 'gradient',
  queueSize: 'gradient',
  longWindow: 'gradient',
} as const;

const fields = consistent(
  options({
    algorithm: optional(oneOf('aimd', 'gradient'), 'aimd'),
    min: optional(integer(1, 1_000_000), 1),
    max: optional(integer(1, 1_000_000)),
    backoffRatio: optional(number(0.5, 0.99)),
    slowerThan: optional(duration({ min: 1 })),
    tolerance: optional(number(1, 100)),
    smoothing: optional(ratio()),
    queueSize: optional(integer(1, 1_000_000)),
    longWindow: optional(integer(1, 1_000_000)),
  }),
  ['min', 'max'],
  ({ min, max }) =>
    max !== undefined && max < min ? { at: 'max', message: `expected at least min (${min})` } : undefined,
);

const belonging = Object.keys(ONLY_FOR) as (keyof typeof ONLY_FOR)[];

export const adaptiveLimitSchema = consistent(fields, ['algorithm', ...belonging], ({ algorithm, ...given }) =>
  belonging
    .filter((at) => ONLY_FOR[at] !== algorithm && given[at] !== undefined)
    .map((at) => ({ at, message: `only for algorithm: '${ONLY_FOR[at]}'` })),
);

/** As they were given: what was left out has its default where it is used, and `max` is known. */
export type AdaptiveLimitSettings = v.InferOutput<typeof adaptiveLimitSchema> & { readonly max: number };
