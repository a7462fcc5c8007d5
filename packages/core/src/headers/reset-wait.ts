import { headerOf } from './headers.js';
import { quotasOf } from './rate-limit-headers.js';
import { timeUntil } from './retry-after.js';

/** Where providers say when the quota is whole again without saying what remains of it. */
const RESET_HEADERS = [
  'ratelimit-reset',
  'x-ratelimit-reset-after',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
] as const;

/**
 * Milliseconds until the last of the spent quotas is whole again, as the headers of a throttled answer name it; `undefined` where they
 * name no reset, or something is left of every quota, as where a provider limits what runs at once.
 */
export function resetWaitMs(headers: unknown, wallNow: number): number | undefined {
  const quotas = quotasOf(headers, wallNow);
  if (quotas.length > 0) {
    const resets = quotas.flatMap(({ remaining, resetMs }) =>
      remaining === 0 && resetMs !== undefined ? [resetMs] : [],
    );
    return resets.length > 0 ? Math.max(...resets) : undefined;
  }
  for (const name of RESET_HEADERS) {
    const value = headerOf(headers, name);
    if (value !== undefined) return timeUntil(value, headers, wallNow);
  }
  return undefined;
}
