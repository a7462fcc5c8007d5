import { describe, expect, it } from '@jest/globals';
import { httpSection } from '../src/clients/http/http.section.js';
import type { ProviderOptions, ProviderPatch, ResilienceOptions } from '../src/composition/resilience.options.js';
import { startResilience } from './start-resilience.fixture.js';

const OPTIONS: ProviderOptions = {
  http: { baseUrl: 'http://localhost:1', auth: { bearer: 'sk_live' }, headers: { 'X-Version': '2' } },
  rateLimit: { limit: 10 },
  cache: { ttl: '1m' },
  methods: { find: { cache: { staleIfError: '1h' } } },
};

/** Compiling this is the test: each line that is expected to fail says so. */
const PATCHES: readonly ProviderPatch[] = [
  OPTIONS,
  { http: { auth: null, headers: null }, rateLimit: { limit: null, quotas: [{ limit: 5 }] } },
  { methods: { find: null }, cache: { staleIfError: '1h' } },
  // @ts-expect-error no such policy
  { retyr: 5 },
  // @ts-expect-error a provider without a base URL has no http
  { http: { baseUrl: null } },
];

describe('the types of a patch', () => {
  it('let what is right be written, and nothing else', () => {
    const { parts, resilience } = startResilience({ providers: { payments: OPTIONS } });
    for (const patch of PATCHES.slice(0, 3)) expect(() => resilience.reconfigure('payments', patch)).not.toThrow();
    expect(parts.sections.get('payments', httpSection)).toEqual({ baseUrl: 'http://localhost:1' });
    for (const patch of PATCHES.slice(3)) expect(() => resilience.reconfigure('payments', patch)).toThrow('fault');
  });
});

describe('the types of defaults', () => {
  it('let them have a classifier for every provider', async () => {
    const options: ResilienceOptions = {
      defaults: {
        classify: ({ ok }) => (ok ? undefined : 'permanent'),
        circuitBreaker: { window: { consecutive: 1 } },
      },
      providers: { payments: {} },
    };
    const provider = startResilience(options).resilience.provider('payments');
    await expect(provider.execute(() => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(provider.circuitBreaker?.state).toBe('closed');
  });
});
