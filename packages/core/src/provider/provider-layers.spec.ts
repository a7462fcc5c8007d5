import { describe, expect, it } from '@jest/globals';
import { createProvider } from './create-provider.js';
import type { ProviderOptions, ProviderPatch } from './provider-options.js';
import { ProviderLayers } from './provider-layers.js';
import { MemoryStore } from '../store/memory-store.js';
import { ResilienceConfigurationError } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import { httpError, outcomeOf } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';

function bench(options: ProviderOptions) {
  const clock = new TestClock();
  const provider = createProvider('payments', options, { clock, random: () => 0.5 });
  /** How often a call that always fails is tried. */
  const attempts = async (operation?: string) => {
    let calls = 0;
    const ask = () => {
      calls++;
      throw httpError(500);
    };
    const failed = outcomeOf(provider.execute(ask, operation === undefined ? {} : { operation }));
    await clock.advance('1h');
    await failed;
    return calls;
  };
  const policy = (kind: string) => provider.snapshot().policies.find((one) => one.kind === kind);
  return { clock, provider, attempts, policy };
}

describe('an option that is taken back with null', () => {
  it.each<[string, ProviderOptions, ProviderPatch, ProviderPatch]>([
    [
      'a limit for several quotas',
      { rateLimit: { limit: 10, burst: 2 } },
      { rateLimit: { quotas: [{ limit: 5 }] } },
      { rateLimit: { limit: null, burst: null, quotas: [{ limit: 5 }] } },
    ],
    [
      'one algorithm for the other',
      { bulkhead: { adaptive: { algorithm: 'aimd', backoffRatio: 0.8 } } },
      { bulkhead: { adaptive: { algorithm: 'gradient' } } },
      { bulkhead: { adaptive: { algorithm: 'gradient', backoffRatio: null } } },
    ],
    [
      'one way to fail for another',
      { chaos: { fault: { rate: 1, status: 503 } } },
      { chaos: { fault: { code: 'ECONNRESET' } } },
      { chaos: { fault: { status: null, code: 'ECONNRESET' } } },
    ],
    [
      'one backoff for another',
      { retry: { backoff: { jitter: 'equal', factor: 3 } } },
      { retry: { backoff: { kind: 'decorrelated' } } },
      { retry: { backoff: { kind: 'decorrelated', jitter: null, factor: null } } },
    ],
    [
      'a window that slow calls need, together with them',
      { circuitBreaker: { window: { time: '10s' }, slowCall: { over: '1s' } } },
      { circuitBreaker: { window: { time: null, consecutive: 5 } } },
      { circuitBreaker: { window: { time: null, consecutive: 5 }, slowCall: null } },
    ],
  ])('makes place for another: %s', (_what, options, refused, accepted) => {
    const { provider } = bench(options);
    expect(() => provider.reconfigure(refused)).toThrow(ResilienceConfigurationError);
    expect(() => provider.reconfigure(accepted)).not.toThrow();
    expect(() => bench({ ...options, methods: { charge: accepted } })).not.toThrow();
  });

  it('has its default again, and what stands beside it stays', async () => {
    const { provider, attempts, policy } = bench({
      retry: { attempts: 5, backoff: { initial: 0 } },
      circuitBreaker: { window: { time: '1s', consecutive: 100 } },
    });
    expect(await attempts()).toBe(5);
    provider.reconfigure({ retry: { attempts: null }, circuitBreaker: { window: { time: null } } });
    expect(await attempts()).toBe(3);
    expect(policy('retry')).toMatchObject({ retries: 4 + 2 });
    expect(policy('circuitBreaker')).toEqual(expect.objectContaining({ state: 'closed' }));
    provider.reconfigure({ retry: { attempts: 2 } });
    expect(await attempts()).toBe(2);
  });

  it('is taken back for one method, or given back to it', async () => {
    const options: ProviderOptions = {
      retry: { attempts: 5, backoff: { initial: 0 } },
      methods: { charge: { retry: { attempts: null } }, refund: { retry: { attempts: 2 } } },
    };
    const { provider, attempts } = bench(options);
    expect([await attempts('charge'), await attempts('refund'), await attempts()]).toEqual([3, 2, 5]);
    provider.reconfigure({ methods: { charge: null, refund: { retry: { attempts: null } } } });
    expect([await attempts('charge'), await attempts('refund'), await attempts()]).toEqual([5, 3, 5]);
    provider.reconfigure({ methods: null });
    expect([await attempts('charge'), await attempts('refund'), await attempts()]).toEqual([5, 5, 5]);
  });

  it('may be the classifier, or whether the provider is enabled', async () => {
    const { provider, attempts } = bench({
      retry: { attempts: 2, backoff: { initial: 0 } },
      classify: () => 'permanent',
      enabled: false,
    });
    provider.reconfigure({ enabled: null });
    expect([provider.enabled, await attempts()]).toEqual([true, 1]);
    provider.reconfigure({ classify: null });
    expect(await attempts()).toBe(2);
  });

  it('is not a whole policy, which is left out with false', () => {
    const { provider } = bench({ retry: {} });
    const patch = { retry: null, methods: { charge: { bulkhead: null } } } as object as ProviderPatch;
    expect(() => provider.reconfigure(patch)).toThrow(
      `2 faults in the resilience settings:
  payments.retry: null given; expected its options, or false to leave it out
  payments.methods.charge.bulkhead: null given; expected its options, or false to leave it out`,
    );
  });

  it('is not a fallback, nor a made-up outcome: there null is a value like any other', async () => {
    const { provider } = bench({ fallback: 'instead' });
    provider.reconfigure({ fallback: null });
    expect(await provider.execute(() => Promise.reject(httpError(500)))).toBeNull();
    provider.reconfigure({ chaos: { outcome: { rate: 1, value: 1 } } });
    provider.reconfigure({ chaos: { outcome: { value: null } } });
    expect(await provider.execute(() => 'an answer')).toBeNull();
  });
});

describe('a patch below a stronger layer', () => {
  function layersOf(settings: Layer, top: Layer): ProviderLayers {
    const clock = new TestClock();
    const store = new MemoryStore({ clock });
    return new ProviderLayers(settings, { name: 'payments', path: 'payments', settings, top, clock, store, random });
  }
  const random = () => 0.5;

  it('is looked at as if nothing hid it, and what is wrong either way is said once', () => {
    const layers = layersOf({}, { retry: { attempts: 3 } });
    expect(layers.with({ retry: { attempts: -1, maxElapsed: -2 } }).faults.map(({ path }) => path)).toEqual([
      'payments.retry.maxElapsed',
      'payments.retry.attempts',
    ]);
    expect(layers.with({ retry: { attempts: 4 } }).faults).toEqual([]);
  });

  it('need not name what that layer gives, nor answer for older settings that it mends', () => {
    const layers = layersOf({ retry: { attempts: -1 } }, { retry: { attempts: 3 }, rateLimit: { limit: 10 } });
    expect(layers.faults).toEqual([]);
    expect(layers.with({ retry: { maxElapsed: '5s' }, rateLimit: { burst: 2 } }).faults).toEqual([]);
  });
});
