import * as v from 'valibot';
import type { Duration } from '../../settings/duration.js';
import {
  callback,
  consistent,
  duration,
  flag,
  integer,
  number,
  oneOf,
  options,
  optional,
} from '../../settings/fields.js';
import type { Priority } from '../../engine/price.js';
import type { LineSettings } from './waiting-line.js';
import type { RateProfile } from '../../headers/profiles/rate-profile.js';
import type { PauseSettings } from './pause.js';
import {
  isProfileName,
  isReader,
  PROFILE_NAMES,
  profileOf,
  type ProfileName,
  type QuotaReader,
} from './profile.options.js';
import type { Quota } from './quota.js';
import {
  countsRequests,
  mostAtOnce,
  QUOTA_OPTIONS,
  quotaFaults,
  quotaFields,
  quotaListSchema,
  readQuota,
  type BucketQuotaOptions,
  type GivenQuota,
  type QuotaOptions,
  type WindowQuotaOptions,
} from './quota.options.js';

/** The provider's limits, and how long calls may wait for them. */
export interface RateLimitOptions extends Partial<WindowQuotaOptions>, Partial<BucketQuotaOptions> {
  /**
   * Several quotas in place of one, for example `[{ limit: 10 }, { limit: 1000, per: '1h' }]`. All must admit a call.
   * Or a function that reads what remains of the provider's quotas from a response, in place of the generic reading:
   * short for `profile: { quotas }`.
   */
  quotas?: readonly QuotaOptions[] | QuotaReader;
  /**
   * How much of the quota a call takes: a whole number of tokens, or a function of the method's arguments. At most what
   * there ever is at once; 0 passes without taking any. Methods that share a limit may differ in it.
   * `call.settle(cost)` corrects it. Default 1.
   */
  cost?: number | ((...args: never[]) => number);
  /**
   * Who goes first of those who wait: foreground before background, first come first served within each. Or a function
   * of the method's arguments. Methods that share a limit may differ in it. Default `'foreground'`.
   */
  priority?: Priority | ((...args: never[]) => Priority);
  /** The share of admitted cost that the background is guaranteed while both wait, from 0.01 to 0.99. Default 0.1. */
  backgroundShare?: number;
  /** How long a call may wait for its turn. Default 0: it is refused at once, and told how long it would have been. */
  wait?: Duration;
  /** How long a call in the background may wait. Methods that share a limit may differ in it. Default: `wait`. */
  backgroundWait?: Duration;
  /**
   * How many may wait. Default 1000. Where there is no place left, the last of the background makes room for the
   * foreground.
   */
  queue?: number;
  /**
   * Whether the provider's own response headers lower what is let through. Each call takes one from a quota of
   * requests, and what it costs from any other. `false` also forgets what they said. Default true.
   */
  observeHeaders?: boolean;
  /**
   * How the provider says what remains of its quotas, where the generic reading cannot be right: the name of one that
   * is known, such as `'github'`, or an object whose `quotas` reads a response.
   */
  profile?: ProfileName | { readonly quotas: QuotaReader };
  /**
   * Whether the limit is the account's, which all processes share whose store is one that processes share (Redis,
   * Postgres, SQLite). `false` keeps it to this process. Default true.
   *
   * For a method's own limit: whether its calls draw from the provider's limit as well. `false` puts the method's limit
   * in its place; processes share it all the same. Default true: it stands beside it.
   */
  shared?: boolean;
  /** How long a 429 that does not say for how long closes the gate; doubled while they go on. Default `'1s'`. */
  pause?: Duration;
  /** The longest such pause. Default `'1m'`, or `pause` where that is longer. */
  maxPause?: Duration;
  /**
   * The longest that the gate stays closed by the provider's own word, such as `Retry-After`. Default `'1d'`; 0 heeds
   * none.
   */
  maxRetryAfter?: Duration;
}

const DAY_MS = 86_400_000;
const MOST = 10_000_000;

const fields = options({
  ...quotaFields,
  quotas: optional(
    v.lazy((given) => (typeof given === 'function' ? callback<QuotaReader>() : quotaListSchema)) as v.GenericSchema<
      unknown,
      readonly GivenQuota[] | QuotaReader
    >,
  ),
  cost: optional(
    v.custom<number | ((...args: unknown[]) => unknown)>(
      (value) => typeof value === 'function' || isCost(value),
      'expected a whole number from 0, or a function of the arguments',
    ),
    1,
  ),
  priority: optional(
    v.union(
      [oneOf('foreground', 'background'), callback<(...args: unknown[]) => unknown>()],
      "expected 'foreground', 'background' or a function of the arguments",
    ),
    'foreground',
  ),
  backgroundShare: optional(number(0.01, 0.99), 0.1),
  wait: optional(duration(), 0),
  backgroundWait: optional(duration()),
  queue: optional(integer(0, MOST), 1000),
  observeHeaders: optional(flag(), true),
  profile: optional(
    v.union(
      [v.custom<ProfileName>(isProfileName), v.custom<{ readonly quotas: QuotaReader }>(isReader)],
      `expected one of ${PROFILE_NAMES.map((name) => `'${name}'`).join(', ')}, or an object with a function quotas`,
    ),
  ),
  shared: optional(flag(), true),
  pause: optional(duration({ min: 1 })),
  maxPause: optional(duration({ min: 1 })),
  maxRetryAfter: optional(duration(), DAY_MS),
});

const either = consistent(fields, [...QUOTA_OPTIONS, 'quotas'], ({ quotas, ...single }) => {
  if (!isList(quotas)) return quotaFaults(single);
  return QUOTA_OPTIONS.filter((at) => single[at] !== undefined).map((at) => ({
    at,
    message: 'expected within quotas, or no quotas beside it',
  }));
});

const affordable = consistent(either, [...QUOTA_OPTIONS, 'quotas', 'cost'], ({ quotas, cost, ...single }) => {
  const all = isList(quotas) ? quotas : [single];
  const most = Math.min(...all.filter((quota) => !countsRequests(quota, all)).map(mostAtOnce));
  return typeof cost === 'number' && cost > most
    ? { at: 'cost', message: `expected at most ${most}: there is never more at once` }
    : undefined;
});

const patient = consistent(affordable, ['pause', 'maxPause'], ({ pause = 0, maxPause }) =>
  maxPause !== undefined && maxPause < pause
    ? { at: 'maxPause', message: `expected at least pause (${pause})` }
    : undefined,
);

export const rateLimitSchema = v.pipe(
  patient,
  v.transform(({ limit, bucket, refill, per, burst, unit, margin, cost, priority, backgroundWait, ...shared }) => {
    const { quotas, profile, pause, maxPause, ...rest } = shared;
    const given = isList(quotas) ? quotas : [{ limit, bucket, refill, per, burst, unit, margin }];
    const known = profileOf(profile ?? (typeof quotas === 'function' ? { quotas } : undefined));
    const firstPause = pause ?? known?.pauseMs ?? 1000;
    const settings: RateLimitSettings = {
      ...rest,
      profile: known,
      pause: firstPause,
      pauseIsGiven: pause !== undefined,
      maxPause: maxPause ?? Math.max(60_000, firstPause),
      quotas: given.map((quota) => readQuota(quota, given)),
    };
    return { price: { cost, priority, wait: backgroundWait }, limit: settings };
  }),
);

/** Settings that the methods of a provider share. */
export interface RateLimitSettings extends LineSettings, PauseSettings {
  readonly quotas: readonly Quota[];
  readonly observeHeaders: boolean;
  readonly profile: RateProfile | undefined;
  readonly pauseIsGiven: boolean;
  /** Whether a method's own limit stands beside the provider's. */
  readonly shared: boolean;
}

/** Settings that each method has for itself. */
export type PriceSettings = v.InferOutput<typeof rateLimitSchema>['price'];

function isCost(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isList(quotas: readonly GivenQuota[] | QuotaReader | undefined): quotas is readonly GivenQuota[] {
  return Array.isArray(quotas);
}
