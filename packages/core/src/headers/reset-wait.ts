import { headerOf } from './headers.js';
import { readQuotas } from './rate-limit-headers.js';
import { timeUntil } from './retry-after.js';

/** Where providers say when the quota is whole again without saying what remains of it. */
const RESET_HEADERS = [
  'ratelimit-reset',
  'x-ratelimit-reset-after',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
] as const;

/** A bare number of more seconds than this was given in another unit, as some send milliseconds. */
const LONGEST_BARE_MS = 3_600_000;

/**
 * Milliseconds until the last of the spent quotas is whole again, as the headers of a throttled answer name it;
 * `undefined` where they name no reset, or something is left of every quota, as where a provider limits what runs at
 * once.
 */
export function resetWaitMs(headers: unknown, wallNow: number): number | undefined {
  const quotas = readQuotas(headers, wallNow);
  if (quotas.length > 0) {
    const resets = quotas.flatMap(({ remaining, resetMs, isBare }) =>
      remaining === 0 && resetMs !== undefined && !(isBare === true && resetMs > LONGEST_BARE_MS) ? [resetMs] : [],
    );
    return resets.length > 0 ? Math.max(...resets) : undefined;
  }
  for (const name of RESET_HEADERS) {
    const value = headerOf(headers, name);
    if (value !== undefined) return timeUntil(value, headers, wallNow);
  }
  return undefined;
}
