import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, liveProvider, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { fallbackKind } from './fallback.kind.js';

function providerWith(options: ProviderOptions) {
  return liveProvider('payments', options, { clock: new TestClock() });
}

describe('fallback', () => {
  policyContract(fallbackKind, {
    options: () => 'instead',
    except: { 'passes errors untouched': 'it answers in their place' },
  });

  it.each([['text'], [0], [''], [false], [true], [null], [[]], [{ items: [] }]])(
    'answers with %j in place of an error: any value is one',
    async (fallback) => {
      const provider = providerWith({ fallback });
      expect(await provider.execute(() => Promise.reject(httpError(500)))).toEqual(fallback);
      expect(await provider.execute(() => 'fine')).toBe('fine');
    },
  );

  it('gives plain data of their own to everybody, and what is more than data as it is', async () => {
    const time = new Date(0);
    const provider = providerWith({ fallback: { items: [] as string[], time } });
    const fail = () => provider.execute<{ items: string[]; time: Date }>(() => Promise.reject(httpError(500)));
    const first = await fail();
    first.items.push('a secret of the first');
    const second = await fail();
    expect(second).toEqual({ items: [], time });
    expect(second.time).toBe(time);
  });

  it('answers with what a function makes of the error', async () => {
    const down = httpError(500);
    const provider = providerWith({ fallback: (error: unknown) => Promise.resolve(['instead of', error]) });
    expect(await provider.execute(() => Promise.reject(down))).toEqual(['instead of', down]);
  });

  it('gives the function the call’s arguments and the object whose method was called', async () => {
    const provider = providerWith({
      fallback: function (this: { name: string }, error: Error, ...args: unknown[]) {
        return [this.name, error.message, ...args];
      },
    });
    const pipeline = provider.pipelineFor({ operation: 'charge', policies: new Map([['fallback', {}]]) }, []);
    const call = provider.newCall('charge', ['order', 7], () => Promise.reject(new Error('down')));
    call.receiver = { name: 'client' };
    expect(await provider.run(pipeline, call)).toEqual(['client', 'down', 'order', 7]);
  });

  it('answers for whatever the engine refuses, too', async () => {
    const provider = providerWith({ fallback: (error: { code: string }) => error.code, circuitBreaker: {} });
    provider.circuitBreaker!.isolate();
    expect(await provider.execute(() => 'never')).toBe('CIRCUIT_OPEN');
  });

  it('lets its own error surface when it fails', async () => {
    const provider = providerWith({
      fallback: () => {
        throw new Error('the fallback failed too');
      },
    });
    await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toThrow('the fallback failed too');
  });

  it('does not answer a caller who gave up', async () => {
    const handled: unknown[] = [];
    const provider = providerWith({ fallback: (error: unknown) => handled.push(error) });
    const events = recordEvents(provider);
    const caller = new AbortController();
    const result = watch(provider.execute(() => deferred().promise, { signal: caller.signal }));
    await turn();
    caller.abort('left');
    await turn();
    expect(result.error).toBe('left');
    expect(await outcomeOf(provider.execute(() => 1, { signal: AbortSignal.abort('before') }))).toEqual({
      error: 'before',
    });
    expect([handled, events.types]).toEqual([[], []]);
  });

  it('is replaced as a whole by a method’s own, not mixed with it', async () => {
    const provider = providerWith({
      fallback: { items: [], source: 'provider' },
      methods: { charge: { fallback: { charged: false } }, refund: { fallback: true } },
    });
    const fail = (operation: string) => provider.execute(() => Promise.reject(httpError(500)), { operation });
    expect(await fail('list')).toEqual({ items: [], source: 'provider' });
    expect(await fail('charge')).toEqual({ charged: false });
    expect(await fail('refund')).toBe(true);
  });

  it.each([
    ['the method has failed', {}],
    ['the method was tried again in vain', { retry: { attempts: 2, backoff: { initial: 0 } } }],
    ['the total time is over', { timeout: { total: '1s' } }],
  ] as const)('is given up with its caller when %s', async (_when, more) => {
    const clock = new TestClock();
    const making = deferred();
    const provider = liveProvider('payments', { ...more, fallback: () => making.promise }, { clock });
    const caller = new AbortController();
    const work = () => ('timeout' in more ? new Promise(() => undefined) : Promise.reject(httpError(500)));
    const result = watch(provider.execute(work, { signal: caller.signal }));
    await clock.advance('2s');
    expect([result.settled, provider.snapshot().policies[0]]).toEqual([false, expect.objectContaining({ used: 1 })]);
    const reason = new Error('the user left');
    caller.abort(reason);
    await turn();
    expect(result.error).toBe(reason);
    making.reject(new Error('late'));
    await turn();
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  });

  it('is the outermost policy of its method', () => {
    expect(fallbackKind.specs('instead')).toMatchObject([
      { kind: 'fallback', name: 'fallback', scope: 'method', settings: 'instead' },
    ]);
  });

  it('takes a new answer over at the next call', async () => {
    const provider = providerWith({ fallback: 'before' });
    const fail = () => provider.execute(() => Promise.reject(httpError(500)));
    expect(await fail()).toBe('before');
    provider.reconfigure({ fallback: 'after' });
    expect(await fail()).toBe('after');
  });

  it('says that it was used, and never the value', async () => {
    const provider = providerWith({ fallback: { token: 'secret' } });
    const events = recordEvents(provider);
    await provider.execute(() => Promise.reject(new TypeError('down')));
    await provider.execute(() => Promise.reject('just text'));
    expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
      ['fallback.used', { error: 'TypeError' }],
      ['fallback.used', { error: 'string' }],
    ]);
    expect(provider.snapshot().policies).toEqual([{ kind: 'fallback', operation: 'execute', used: 2 }]);
  });
});
