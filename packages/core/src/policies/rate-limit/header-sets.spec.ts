import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Duration } from '../../settings/duration.js';
import { createProvider } from '../../provider/create-provider.js';
import { TestClock } from '../../testing/test-clock.js';
import type { ProfileName } from './profile.options.js';
import { isRateLimitedError } from './rate-limited.error.js';

/** Response headers as providers really send them, and what a limiter has to make of them. */
interface HeaderSet {
  readonly name: string;
  readonly status: number;
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly allow: number | 'all';
  readonly waitMs?: number;
  readonly toleranceMs?: number;
  readonly cost?: number;
  /** The period of the provider’s quota, where it is not a second. */
  readonly per?: Duration;
  /** The profile that reads them; without it most of them are read just the same. */
  readonly profile?: ProfileName;
}

const SETS = JSON.parse(readFileSync(join(import.meta.dirname, 'header-sets.json'), 'utf8')) as readonly HeaderSet[];
/** Only their profile says what these mean. */
const NEED_PROFILE = ['Airtable', 'Prisjakt', 'Binance 200'];
const MANY = 60;

async function observe(set: HeaderSet, profile: ProfileName | undefined) {
  const { cost = 1, per = '1s' } = set;
  const rateLimit = { limit: 1_000_000, per, cost, ...(profile !== undefined && { profile }) };
  const provider = createProvider('any', { rateLimit }, { clock: new TestClock() });
  for (const { $headers, ...plain } of set.headers as readonly Record<string, never>[]) {
    provider.observe({ status: set.status, headers: $headers === undefined ? plain : new Headers($headers) });
  }
  for (let allowed = 0; allowed < MANY; allowed++) {
    try {
      await provider.execute(() => 1);
    } catch (error) {
      if (!isRateLimitedError(error)) throw error;
      return { allowed, waitMs: error.retryAfterMs };
    }
  }
  return { allowed: 'all', waitMs: undefined };
}

describe('headers of real providers', () => {
  it('are eighty-four sets', () => {
    expect(SETS).toHaveLength(84);
  });

  it.each(SETS.map((set) => [set.name, set] as const))('%s', async (name, set) => {
    const readings = NEED_PROFILE.some((start) => name.startsWith(start)) ? [set.profile] : [undefined, set.profile];
    for (const profile of readings) {
      const { allowed, waitMs } = await observe(set, profile);
      expect(allowed).toBe(set.allow);
      if (set.waitMs === undefined) continue;
      expect(waitMs).toBeGreaterThanOrEqual(set.waitMs - (set.toleranceMs ?? 1000));
      expect(waitMs).toBeLessThanOrEqual(set.waitMs + (set.toleranceMs ?? 1000));
    }
  });
});
