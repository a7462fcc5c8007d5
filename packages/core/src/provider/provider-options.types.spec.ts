import { describe, expect, it } from '@jest/globals';
import { createProvider } from './create-provider.js';
import type { ProviderOptions, ProviderPatch } from './provider-options.js';
import { TestClock } from '../testing/test-clock.js';

const OPTIONS: ProviderOptions = {
  cache: { ttl: '1m' },
  circuitBreaker: { slowCall: { over: '2s' } },
  rateLimit: { limit: 10 },
  retry: { backoff: { jitter: 'equal' } },
  methods: {
    find: { cache: { staleIfError: '1h' }, circuitBreaker: { slowCall: { rate: 0.5 } } },
    charge: { retry: { maxElapsed: null, backoff: { kind: 'decorrelated', jitter: null } }, cache: false },
  },
};

/** Compiling this is the test: each line that is expected to fail says so. */
const PATCHES: readonly ProviderPatch[] = [
  OPTIONS,
  {},
  { enabled: null, classify: null, methods: { find: null } },
  { methods: null, fallback: null },
  { rateLimit: { limit: null, quotas: [{ limit: 5 }, { limit: 100, per: '1h' }] } },
  { circuitBreaker: { slowCall: { rate: 0.5 }, openFor: { max: '1m' } }, bulkhead: { adaptive: { min: 2 } } },
  { chaos: { fault: { status: null, code: 'ECONNRESET' }, outcome: { value: null } } },
  { cache: { errors: { kinds: ['unknown'] }, key: (id: string) => id } },
  // @ts-expect-error no such policy
  { retyr: 5 },
  // @ts-expect-error no such option
  { retry: { atempts: 5 } },
  // @ts-expect-error no such option of a method
  { methods: { find: { retry: { atempts: 5 } } } },
  // @ts-expect-error a value of another type
  { retry: { attempts: 'many' } },
  // @ts-expect-error a policy is left out with false
  { retry: null },
  // @ts-expect-error an answer is always kept for some time
  { cache: { ttl: null } },
];

describe('the types of settings', () => {
  it('let what is right be written, as a patch too, and nothing else', () => {
    const provider = createProvider('payments', OPTIONS, { clock: new TestClock() });
    for (const patch of PATCHES.slice(0, 4)) expect(() => provider.reconfigure(patch)).not.toThrow();
    for (const patch of PATCHES.slice(-6)) expect(() => provider.reconfigure(patch)).toThrow('fault');
  });
});
