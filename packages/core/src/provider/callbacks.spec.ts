import { describe, expect, it } from '@jest/globals';
import { outcomeOf } from '../testing/calls.fixture.js';
import { recordEvents } from '../testing/record-events.js';
import { TestClock } from '../testing/test-clock.js';
import { createProvider } from './create-provider.js';
import type { ProviderOptions } from './provider-options.js';

function boom(): never {
  throw new Error('a bug of the callback');
}

function bench(options: ProviderOptions, random?: () => number) {
  const clock = new TestClock();
  const provider = createProvider('payments', options, { clock, ...(random && { random }) });
  return { clock, provider, events: recordEvents(provider) };
}

describe('A function of the user that fails', () => {
  it('is reported at first, and then once a minute', async () => {
    const { clock, provider, events } = bench({ classify: boom, retry: {} });
    for (let calls = 0; calls < 100; calls++) await provider.execute(() => calls);
    expect(events.ofType('callback.failed')).toHaveLength(1);
    await clock.advance('59s');
    await provider.execute(() => 1);
    expect(events.ofType('callback.failed')).toHaveLength(1);
    await clock.advance('1s');
    await provider.execute(() => 1);
    expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
      { callback: 'classify', reason: 'a bug of the callback' },
      { callback: 'classify', reason: 'a bug of the callback' },
    ]);
  });

  it('is reported where it asks for a wait that is no number of milliseconds, and the rest of its word holds', async () => {
    const retryAfterMs = '5s' as unknown as number;
    const { provider, events } = bench({ classify: () => ({ kind: 'permanent', retryAfterMs }), retry: {} });
    await expect(provider.execute(boom)).rejects.toThrow('a bug of the callback');
    expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
      { callback: 'classify', reason: "classify said retryAfterMs '5s'; expected a number of milliseconds" },
    ]);
  });

  it.each<[string, () => number]>([
    ['NaN', () => Number.NaN],
    ['1', () => 1],
    ['-1', () => -1],
    ["'0.5'", () => '0.5' as unknown as number],
    ['an error', boom],
  ])('as randomness with %s is reported, and the jitter is drawn otherwise', async (_what, random) => {
    const { clock, provider, events } = bench({ retry: { attempts: 2, backoff: { initial: '1s' } } }, random);
    let attempts = 0;
    const result = outcomeOf(provider.execute(() => (++attempts === 1 ? boom() : 'done')));
    await clock.advance('1s');
    expect(await result).toEqual({ value: 'done' });
    expect(events.ofType('callback.failed').map(({ detail }) => detail.callback)).toEqual(['random']);
  });

  it.each(['key', 'fingerprint'] as const)(
    'as idempotency.%s refuses the call, which could be done twice, and is reported',
    async (option) => {
      const { provider, events } = bench({ idempotency: { key: () => 'order-1', [option]: boom } });
      let calls = 0;
      await expect(provider.execute(() => ++calls, { args: [1] })).rejects.toThrow('a bug of the callback');
      expect(calls).toBe(0);
      expect(events.ofType('callback.failed').map(({ detail }) => detail.callback)).toEqual([`idempotency.${option}`]);
    },
  );

  it('as a listener is reported to the others, also where it is told of that', async () => {
    const { provider, events } = bench({ circuitBreaker: { window: { consecutive: 1 } } });
    provider.events.on(boom);
    provider.events.on((async () => boom()) as () => void);
    await outcomeOf(provider.execute(() => Promise.reject(new Error('down'))));
    await new Promise((resolve) => setImmediate(resolve));
    expect(events.types).toEqual(['circuitBreaker.opened', 'callback.failed', 'callback.failed']);
    expect(events.ofType('callback.failed').map(({ detail }) => detail)).toEqual([
      { callback: 'events.on', reason: 'a bug of the callback' },
      { callback: 'events.on', reason: 'a bug of the callback' },
    ]);
  });
});
