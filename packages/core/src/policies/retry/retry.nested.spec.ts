import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { RetryOptions } from './retry.options.js';
import { httpError, outcomeOf, watch } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

const THREE = { attempts: 3, backoff: { kind: 'constant', initial: 10, jitter: 'none' } } as const;

/** Layers of providers around one method, the outermost first, and how often it is called. */
function layers(...retries: RetryOptions[]) {
  const clock = new TestClock();
  const providers = retries.map((retry, i) =>
    createProvider(`layer ${i}`, { retry: { budget: false, ...retry } }, { clock }),
  );
  let calls = 0;
  const callThrough = (work: () => unknown, wrap: (error: unknown) => unknown) => {
    const at = (i: number): unknown => {
      if (i === providers.length) return (calls++, work());
      return providers[i]!.execute(async () => at(i + 1)).catch((error: unknown) => Promise.reject(wrap(error)));
    };
    return watch(at(0) as Promise<unknown>);
  };
  return { clock, callThrough, calls: () => calls };
}

const same = (error: unknown) => error;

describe('retries within retries', () => {
  it.each([2, 3, 4])('do not multiply: %i layers of three attempts call three times', async (count) => {
    const { clock, callThrough, calls } = layers(...Array.from({ length: count }, () => THREE));
    const down = httpError(503);
    const result = callThrough(() => Promise.reject(down), same);
    await clock.advance('10s');
    expect([calls(), result.error]).toEqual([3, down]);
  });

  it('do not multiply where each layer wraps the error in one of its own', async () => {
    const { clock, callThrough, calls } = layers(THREE, THREE);
    callThrough(
      () => Promise.reject(httpError(503)),
      (cause) => new Error('the catalog failed', { cause }),
    );
    await clock.advance('10s');
    expect(calls()).toBe(3);
  });

  it('multiply where the outer one says so', async () => {
    const { clock, callThrough, calls } = layers({ ...THREE, nested: true }, THREE);
    callThrough(() => Promise.reject(httpError(503)), same);
    await clock.advance('10s');
    expect(calls()).toBe(9);
  });

  it('happen above a layer that had one attempt', async () => {
    const { clock, callThrough, calls } = layers(THREE, { ...THREE, attempts: 1 });
    callThrough(() => Promise.reject(httpError(503)), same);
    await clock.advance('10s');
    expect(calls()).toBe(3);
  });

  it('are not mistaken for an earlier operation that ended with the very same error object', async () => {
    const down = Object.freeze(httpError(503));
    const clock = new TestClock();
    const provider = createProvider('payments', { retry: THREE }, { clock });
    let calls = 0;
    const work = () => (calls++, Promise.reject(down));
    for (let i = 1; i <= 2; i++) {
      void outcomeOf(provider.execute(work));
      await clock.advance('1s');
      expect(calls).toBe(3 * i);
    }
  });
});

describe('a retry with limits of its own for throttling', () => {
  const tryOut = async (retry: RetryOptions, ...statuses: number[]) => {
    const clock = new TestClock();
    const provider = createProvider('payments', { retry }, { clock });
    const at: number[] = [];
    const work = () => {
      at.push(clock.now());
      return Promise.reject(httpError(statuses[Math.min(at.length, statuses.length) - 1]!));
    };
    void outcomeOf(provider.execute(work));
    await clock.advance('1h');
    return at;
  };
  const throttled = { attempts: 5, backoff: { kind: 'constant', initial: '1s', jitter: 'none' } } as const;

  it('tries as often, and as late, as these say', async () => {
    expect(await tryOut({ ...THREE, throttled }, 429)).toEqual([0, 1000, 2000, 3000, 4000]);
    expect(await tryOut({ ...THREE, throttled }, 503)).toEqual([0, 10, 20]);
  });

  it('counts all attempts together, and goes by the last failure', async () => {
    expect(await tryOut({ ...THREE, throttled }, 429, 429, 503)).toEqual([0, 1000, 2000]);
    expect(await tryOut({ ...THREE, throttled }, 503, 429, 429, 429, 429)).toEqual([0, 10, 1010, 2010, 3010]);
  });

  it('may try less often than for other failures, or not at all', async () => {
    expect(await tryOut({ ...THREE, throttled: { attempts: 1 } }, 429)).toEqual([0]);
    expect(await tryOut({ ...THREE, throttled: { backoff: throttled.backoff } }, 429)).toEqual([0, 1000, 2000]);
  });
});
