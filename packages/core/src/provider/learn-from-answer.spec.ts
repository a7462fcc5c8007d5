import { describe, expect, it } from '@jest/globals';
import { outcomeOf } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';
import { createProvider } from './create-provider.js';
import type { ProviderOptions } from './provider-options.js';

const PAUSE = { status: 429, headers: { 'retry-after': '30' } };
const WITH_LIMIT: ProviderOptions = { rateLimit: { limit: 100, per: '1s' } };

function bench(options: ProviderOptions) {
  const provider = createProvider('crm', options, { clock: new TestClock() });
  const isPaused = async (operation: string) =>
    'error' in (await outcomeOf(provider.execute(() => 'ok', { operation })));
  return { provider, isPaused };
}

describe('an answer that is shown to a provider', () => {
  it('is heeded by a rate limit that new settings brought after an earlier one', async () => {
    const { provider, isPaused } = bench({});
    provider.observe(PAUSE);
    expect(await isPaused('list')).toBe(false);
    provider.reconfigure(WITH_LIMIT);
    provider.observe(PAUSE);
    expect(await isPaused('list')).toBe(true);
  });

  it('concerns the limit that its method has of its own, once the method is known', async () => {
    const search = { rateLimit: { limit: 100, per: '1s', shared: false } } as const;
    const { provider, isPaused } = bench({ ...WITH_LIMIT, methods: { search } });
    provider.observe({ status: 200, headers: {} });
    expect(await isPaused('search')).toBe(false);
    provider.observe(PAUSE, { operation: 'search' });
    expect([await isPaused('search'), await isPaused('list')]).toEqual([true, false]);
  });
});
