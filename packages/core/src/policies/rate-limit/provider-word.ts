import { messageOf } from '../../errors/message-of.js';
import type { EnvironmentOf } from '../../engine/policy.js';
import type { QuotaReading } from '../../headers/quota-observation.js';
import { readRate, type ObservedResponse, type RateReading } from '../../headers/rate-reading.js';
import { isBucket } from './quota.js';
import type { RateLimitSettings } from './rate-limit.options.js';
import type { RateLimitEvents } from './rate-limit.telemetry.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const NOTHING: RateReading = { quotas: [], throttled: false };

/** Reads a provider's answers, and believes them as far as they can be true. */
export class ProviderWord {
  constructor(private readonly environment: EnvironmentOf<RateLimitEvents>) {}

  of(response: ObservedResponse, wallNow: number, settings: RateLimitSettings): RateReading {
    const reading = this.read(response, wallNow, settings);
    const quotas = reading.quotas.flatMap((quota) => believed(quota, settings));
    if (!reading.throttled) return { ...reading, quotas };
    return { ...reading, quotas, retryAfterMs: askedMs(reading, quotas, settings) };
  }

  /** A profile of the user's own may fail: then the answer says nothing. */
  private read(response: ObservedResponse, wallNow: number, { profile }: RateLimitSettings): RateReading {
    try {
      return readRate(response, wallNow, profile);
    } catch (error) {
      this.environment.emit('rateLimit.profileFailed', { error: messageOf(error) });
      return NOTHING;
    }
  }
}

/**
 * A quota that names no reset is whole again after the shortest period of the settings. One whose reset is far beyond
 * the longest is a misread unit, or none of ours: bare numbers, which some send in milliseconds, beyond twice as long
 * and a minute; all others beyond a day.
 */
function believed(quota: QuotaReading, { quotas }: RateLimitSettings): readonly QuotaReading[] {
  const periods = quotas.map((each) => (isBucket(each) ? (each.bucket / each.refill) * each.per : each.per));
  const { resetMs = Math.min(...periods) } = quota;
  const most = Math.max(2 * Math.max(...periods), quota.isBare === true ? MINUTE_MS : DAY_MS);
  // A body may hold any number.
  if (!Number.isFinite(quota.remaining) || !(resetMs <= most)) return [];
  return [{ ...quota, resetMs }];
}

/**
 * How long a throttled answer asks to wait: as it says, otherwise until the last of its spent quotas is whole,
 * otherwise what its profile knows.
 */
function askedMs(
  { retryAfterMs, pauseMs }: RateReading,
  quotas: readonly QuotaReading[],
  { pauseIsGiven }: RateLimitSettings,
): number | undefined {
  if (Number.isFinite(retryAfterMs)) return retryAfterMs;
  const resets = quotas.flatMap(({ remaining, resetMs = 0 }) => (remaining === 0 ? [resetMs] : []));
  return Math.max(0, ...resets) || (pauseIsGiven ? undefined : pauseMs);
}
