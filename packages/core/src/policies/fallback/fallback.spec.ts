import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, liveProvider, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import type { Outcome, Settled } from '../../outcome/outcome.js';
import { recordEvents } from '../../testing/record-events.js';
import { snapshotOf } from '../../testing/snapshot-of.js';
import { TestClock } from '../../testing/test-clock.js';
import { fallbackKind } from './fallback.kind.js';

function providerWith(options: ProviderOptions) {
  return liveProvider('payments', options, { clock: new TestClock() });
}

describe('fallback', () => {
  policyContract(fallbackKind, { options: () => 'instead' });

  it.each([['text'], [0], [''], [false], [true], [null], [[]], [{ items: [] }]])(
    'answers with %j in place of an error: any value is one',
    async (fallback) => {
      const provider = providerWith({ fallback });
      expect(await provider.execute(() => Promise.reject(httpError(500)))).toEqual(fallback);
      expect(await provider.execute(() => 'fine')).toBe('fine');
    },
  );

  it('gives each caller plain data of its own, and what is more than data as it is', async () => {
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

  describe('for a failure that was returned', () => {
    it.each([503, 500, 429])('answers in place of a Response with status %i, and is given it', async (status) => {
      const down = new Response('down', { status });
      const provider = providerWith({ fallback: (failure: unknown) => ['instead of', failure] });
      expect(await provider.execute<unknown>(() => down)).toEqual(['instead of', down]);
    });

    it('answers after the last attempt, not after each', async () => {
      const provider = providerWith({ fallback: 'instead', retry: { attempts: 3, backoff: { initial: 0 } } });
      let calls = 0;
      expect(await provider.execute<unknown>(() => (calls++, new Response('', { status: 503 })))).toBe('instead');
      expect([calls, snapshotOf(provider, 'fallback')]).toMatchObject([3, { used: 1, failed: 0 }]);
    });

    it('leaves alone what another attempt has mended', async () => {
      const provider = providerWith({ fallback: 'instead', retry: { attempts: 3, backoff: { initial: 0 } } });
      const answers = [new Response('', { status: 503 }), { stock: 7 }];
      expect(await provider.execute<unknown>(() => answers.shift())).toEqual({ stock: 7 });
    });

    it('is asked where the user calls a value a failure', async () => {
      const provider = providerWith({
        fallback: 'instead',
        classify: (result) => (result.ok && (result.value as { failed?: boolean }).failed ? 'transient' : undefined),
      });
      expect(await provider.execute<unknown>(() => ({ failed: true }))).toBe('instead');
    });

    it.each(['DOWN', 0, false, undefined])('is asked where the user calls %j a failure', async (value) => {
      const provider = providerWith({
        fallback: 'instead',
        classify: (result) => (result.ok && result.value === value ? 'transient' : undefined),
      });
      expect(await provider.execute<unknown>(() => value)).toBe('instead');
      expect(await provider.execute<unknown>(() => 'UP')).toBe('UP');
    });
  });

  describe('without a word on when', () => {
    it.each([
      ['what the provider would refuse again', httpError(404)],
      ['a payload that it refuses', httpError(422)],
      ['a refused credential', httpError(401)],
      ['a mistake of the program', new TypeError('undefined is not a function')],
    ])('does not hide %s', async (_what, error) => {
      const provider = providerWith({ fallback: { inStock: 0 } });
      await expect(provider.execute(() => Promise.reject(error))).rejects.toBe(error);
      expect(snapshotOf(provider, 'fallback')).toMatchObject({ used: 0 });
    });
  });

  describe('with a word on when', () => {
    const onlyFor = (when: (result: Settled, outcome: Outcome) => boolean) =>
      providerWith({ fallback: { use: 'instead', when } });

    it('answers for the failures that it names, and no others', async () => {
      const provider = onlyFor((_result, { status }) => status === 404);
      expect(await provider.execute(() => Promise.reject(httpError(404)))).toBe('instead');
      await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toThrow('status 500');
    });

    it('is told the result', async () => {
      const provider = onlyFor((result) => !result.ok && result.error === 'this one');
      expect(await provider.execute(() => Promise.reject('this one'))).toBe('instead');
    });

    it.each<[string, () => unknown, string]>([
      [
        'throws',
        () => {
          throw new Error('broken');
        },
        'broken',
      ],
      ['returns a promise', async () => true, 'expected true or false at once, got a promise'],
      ['returns a promise that rejects', () => Promise.reject(new Error('late')), 'got a promise'],
      ['returns no boolean', () => 'yes', 'expected true or false at once, got string'],
    ])('that %s lets the failure surface, and is reported', async (_how, when, reason) => {
      const provider = onlyFor(when as () => boolean);
      const events = recordEvents(provider);
      await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toThrow('status 500');
      // The runner fails a test that leaves a rejection unhandled.
      await turn();
      expect(events.all).toMatchObject([
        { type: 'callback.failed', detail: { callback: 'fallback.when', reason: expect.stringContaining(reason) } },
      ]);
    });

    it('takes an object with further names for an answer', async () => {
      const answer = { use: 'bus', when: () => true, line: 7 };
      const provider = providerWith({ fallback: answer as never });
      expect(
        await provider.execute<unknown>(() =>
          Promise.reject(httpError(404)).catch(() => new Response('', { status: 503 })),
        ),
      ).toEqual(answer);
    });

    it('takes an object with the same names and no function for an answer', async () => {
      const provider = providerWith({ fallback: { use: 'bus', when: 'tomorrow' } });
      expect(await provider.execute<unknown>(() => Promise.reject(httpError(500)))).toEqual({
        use: 'bus',
        when: 'tomorrow',
      });
    });
  });

  it('keeps the first failure as the cause when it fails itself, counts and tells it', async () => {
    const down = httpError(500);
    const provider = providerWith({ fallback: () => Promise.reject(new Error('the database is down, too')) });
    const events = recordEvents(provider);
    const { error } = (await outcomeOf(provider.execute(() => Promise.reject(down)))) as { error: Error };
    // As the constructor of errors makes it.
    const made = Object.getOwnPropertyDescriptor(new Error('', { cause: down }), 'cause');
    expect([error.message, Object.getOwnPropertyDescriptor(error, 'cause')]).toEqual([
      'the database is down, too',
      made,
    ]);
    expect(snapshotOf(provider, 'fallback')).toMatchObject({ used: 1, failed: 1 });
    expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
      ['fallback.used', { error: 'Error' }],
      ['fallback.failed', { error: 'Error' }],
    ]);
  });

  it('throws on the failure itself without making it its own cause', async () => {
    const down = httpError(500);
    const provider = providerWith({ fallback: (failure: unknown) => Promise.reject(failure) });
    await expect(provider.execute(() => Promise.reject(down))).rejects.toBe(down);
    expect('cause' in down).toBe(false);
  });

  it('throws on an object that is no error as it is', async () => {
    const thrown = { code: 7 };
    const provider = providerWith({ fallback: () => Promise.reject(thrown) });
    await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toBe(thrown);
    expect(thrown).toEqual({ code: 7 });
  });

  it('has failed where it throws an error of its own as its caller leaves', async () => {
    const caller = new AbortController();
    const provider = providerWith({
      fallback: () => {
        caller.abort('left');
        throw new Error('its own');
      },
    });
    const failing = provider.execute(() => Promise.reject(httpError(500)), { signal: caller.signal });
    await expect(failing).rejects.toThrow('its own');
    expect(snapshotOf(provider, 'fallback')).toMatchObject({ used: 1, failed: 1 });
  });

  it('has failed where it throws nothing while its caller waits', async () => {
    const provider = providerWith({ fallback: () => Promise.reject(undefined) });
    const { signal } = new AbortController();
    await expect(provider.execute(() => Promise.reject(httpError(500)), { signal })).rejects.toBe(undefined);
    expect(snapshotOf(provider, 'fallback')).toMatchObject({ used: 1, failed: 1 });
  });

  it.each([
    ['frozen', Object.freeze(new Error('frozen'))],
    ['with a cause of its own', new Error('outer', { cause: 'its own' })],
    ['no error', 'text'],
  ])('throws on what it threw itself, untouched, when that is %s', async (_what, thrown) => {
    const provider = providerWith({ fallback: () => Promise.reject(thrown) });
    const before = thrown instanceof Error ? thrown.cause : undefined;
    await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toBe(thrown);
    expect(thrown instanceof Error ? thrown.cause : undefined).toBe(before);
  });

  it.each([
    [
      'whose name throws',
      Object.defineProperty(new Error('hostile'), 'name', {
        get: () => {
          throw new Error('name');
        },
      }),
    ],
    [
      'whose prototype throws',
      new Proxy(
        {},
        {
          getPrototypeOf: () => {
            throw new Error('prototype');
          },
        },
      ),
    ],
    [
      'whose every property throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('property');
          },
        },
      ),
    ],
  ])('answers for an error %s', async (_what, error) => {
    const provider = providerWith({ fallback: 'instead' });
    expect(await provider.execute(() => Promise.reject(error))).toBe('instead');
  });

  describe('that takes long', () => {
    const hanging = (more: ProviderOptions) => {
      const clock = new TestClock();
      const provider = liveProvider('payments', { fallback: () => new Promise(() => undefined), ...more }, { clock });
      return { clock, provider };
    };

    it('has until the total timeout, and then the first failure surfaces', async () => {
      const { clock, provider } = hanging({ timeout: { total: '2s' } });
      const down = httpError(500);
      const work = () => clock.sleep(500).then(() => Promise.reject(down));
      const result = watch(provider.execute(work));
      await clock.advance(1999);
      expect(result.settled).toBe(false);
      await clock.advance(1);
      expect([result.error, snapshotOf(provider, 'fallback')]).toMatchObject([down, { used: 1, failed: 1 }]);
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it('has no limit where there is no timeout, and sets no timer', async () => {
      const { clock, provider } = hanging({});
      const result = watch(provider.execute(() => Promise.reject(httpError(500))));
      await clock.advance('1h');
      expect([result.settled, clock.pendingTimers()]).toEqual([false, 0]);
    });

    it('leaves no timer that holds the process once it has answered', async () => {
      const { clock, provider } = hanging({ timeout: { total: '2s' }, fallback: async () => 'instead' });
      expect(await provider.execute<unknown>(() => Promise.reject(httpError(500)))).toBe('instead');
      expect(clock.pendingTimers('referenced')).toBe(0);
    });

    it.each<[string, ProviderOptions, () => Promise<unknown>]>([
      ['an attempt that took too long', { timeout: { attempt: '500ms', total: '2s' } }, () => deferred().promise],
      [
        'an error of the provider that only looks like the total timeout',
        { timeout: { total: '2s' } },
        () => Promise.reject(Object.assign(httpError(500), { scope: 'total', afterMs: 5000 })),
      ],
    ])('has no longer than the total timeout for %s', async (_what, options, work) => {
      const { clock, provider } = hanging(options);
      const result = watch(provider.execute(work));
      await clock.advance(1999);
      expect(result.settled).toBe(false);
      await clock.advance(1);
      expect(result.settled).toBe(true);
    });

    it('has as long again where it is asked because that has passed', async () => {
      const { clock, provider } = hanging({ timeout: { total: '2s' } });
      const result = watch(provider.execute(() => new Promise(() => undefined)));
      await clock.advance(3999);
      expect(result.settled).toBe(false);
      await clock.advance(1);
      expect(result.error).toMatchObject({ code: 'TIMEOUT', scope: 'total' });
    });
  });

  it('lets its own error surface when it fails', async () => {
    const provider = providerWith({
      fallback: () => {
        throw new Error('the fallback failed too');
      },
    });
    await expect(provider.execute(() => Promise.reject(httpError(500)))).rejects.toThrow('the fallback failed too');
  });

  it('does not answer a caller that aborted', async () => {
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
  ] as const)('is aborted with its caller when %s', async (_when, more) => {
    const clock = new TestClock();
    const making = deferred();
    const provider = liveProvider('payments', { ...more, fallback: () => making.promise }, { clock });
    const caller = new AbortController();
    const work = () => ('timeout' in more ? new Promise(() => undefined) : Promise.reject(httpError(500)));
    const result = watch(provider.execute(work, { signal: caller.signal }));
    await clock.advance('1500ms');
    expect([result.settled, provider.snapshot().policies[0]]).toEqual([false, expect.objectContaining({ used: 1 })]);
    const reason = new Error('the user left');
    caller.abort(reason);
    await turn();
    expect(result.error).toBe(reason);
    making.reject(new Error('late'));
    await turn();
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    expect(provider.snapshot().policies[0]).toMatchObject({ used: 1, failed: 0 });
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
    await provider.execute(() => Promise.reject(new AggregateError([], 'down')));
    await provider.execute(() => Promise.reject('just text'));
    expect(events.all.map(({ type, detail }) => [type, detail])).toEqual([
      ['fallback.used', { error: 'AggregateError' }],
      ['fallback.used', { error: 'string' }],
    ]);
    expect(provider.snapshot().policies).toEqual([{ kind: 'fallback', operation: 'execute', used: 2, failed: 0 }]);
  });
});
