import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Call } from '../../engine/call.js';
import { createProvider } from '../../provider/create-provider.js';
import { readSettings } from '../../settings/read-settings.js';
import { deferred } from '../../testing/deferred.js';
import { httpError, networkError, outcomeOf, turn, watch } from '../../testing/calls.fixture.js';
import { policyContract } from '../../testing/policy-contract.js';
import { TestClock } from '../../testing/test-clock.js';
import { derivedKey } from './idempotency-key.js';
import { bench, methodOf, ORDER, processOn, type Order } from './idempotency.fixture.js';
import { idempotencyKind } from './idempotency.kind.js';

const KEY = { idempotencyKey: 'order-1' };

describe('idempotency', () => {
  policyContract(idempotencyKind);

  describe('the key', () => {
    it('is the same over all attempts of an operation', async () => {
      const { charge, clock } = bench({}, { retry: {} });
      const keys: unknown[] = [];
      const result = watch(
        charge(ORDER, (call) => {
          keys.push(call.idempotencyKey);
          return keys.length < 3 ? Promise.reject(httpError(500, {}, 'post')) : 'ok';
        }),
      );
      await clock.advance('1m');
      expect(result.value).toBe('ok');
      expect(new Set(keys).size).toBe(1);
      expect(keys[0]).toMatch(/^[A-Za-z0-9_-]{22}$/);
    });

    it('is the same in another process and after a restart, and reveals nothing of the order', async () => {
      const keyIn = async (order: Order, options: { key?: string } = {}) => {
        let key: string | undefined;
        await bench().charge(order, (call) => void (key = call.idempotencyKey), options);
        return key;
      };
      const key = await keyIn(ORDER);
      expect(key).toBe(await keyIn({ ...ORDER, amount: 5 }));
      expect(key).not.toContain('order');
      expect(await keyIn({ ...ORDER, id: 'order-2' })).not.toBe(key);
      expect(await keyIn(ORDER, { key: 'tenant' })).not.toBe(key);
    });

    it('is one that nothing else has where no business id is given, and costs no store', async () => {
      const { provider, store } = bench();
      const keys = new Set<unknown>();
      for (let i = 0; i < 3; i++) await provider.execute((call) => keys.add(call.idempotencyKey));
      expect(keys.size).toBe(3);
      expect(store.operations).toBe(0);
    });

    it('makes a POST repeatable whose outcome is unknown', async () => {
      const { provider, clock } = bench({}, { retry: {} });
      let calls = 0;
      const result = watch(provider.execute(() => (++calls < 3 ? Promise.reject(httpError(500, {}, 'post')) : 'ok')));
      await clock.advance('1m');
      expect([result.value, calls]).toEqual(['ok', 3]);
    });

    it.each([undefined, null, '', Number.NaN, {}, true])('is missing when the arguments give %j', async (id) => {
      const { provider, executed, work } = bench();
      const charge = methodOf(provider, { key: () => id as string });
      await expect(charge(ORDER, work)).rejects.toMatchObject({
        name: 'IdempotencyKeyMissingError',
        code: 'IDEMPOTENCY_KEY_MISSING',
        message: 'payments: charge requires an idempotency key',
      });
      expect(executed()).toBe(0);
    });

    it('is missing when the caller gives an empty one: it would be the same for all operations', async () => {
      const { provider, work, executed } = bench();
      for (let order = 0; order < 2; order++) {
        await expect(provider.execute(work, { operation: 'charge', idempotencyKey: '' })).rejects.toMatchObject({
          code: 'IDEMPOTENCY_KEY_MISSING',
        });
      }
      expect(executed()).toBe(0);
    });

    it('is given by the caller where there are no arguments', async () => {
      const { provider, work, executed } = bench();
      const first = await provider.execute(work, KEY);
      expect(await provider.execute(work, KEY)).toEqual(first);
      expect(await provider.execute(work, { ...KEY, operation: 'refund' })).not.toEqual(first);
      expect(executed()).toBe(2);
    });

    it('belongs to its tenant: another’s order of the same number is another order', async () => {
      const { charge, work, executed } = bench();
      await charge(ORDER, work, { key: 'tenant a' });
      await charge(ORDER, work, { key: 'tenant b' });
      await charge(ORDER, work, { key: 'tenant a' });
      expect(executed()).toBe(2);
    });

    it('stands in the store without the business id, the payload or the caller’s own key', async () => {
      const { charge, provider, work, store } = bench();
      await charge(ORDER, work);
      await provider.execute(work, KEY);
      expect([...store.keys].join()).not.toContain('order-1');
    });
  });

  describe('a settled operation', () => {
    it('is replayed: its result comes back and the method is not called', async () => {
      const { charge, work, executed, events, counters } = bench();
      const first = await charge(ORDER, work);
      expect(await charge(ORDER, work)).toEqual(first);
      expect(executed()).toBe(1);
      expect(events.types).toEqual(['idempotency.replayed']);
      expect(counters()).toMatchObject({ executed: 1, replayed: 1 });
    });

    it.each([[undefined], [null], [0], [''], [false]])(
      'is replayed when its result is %j: that is a value',
      async (value) => {
        const { charge } = bench();
        let calls = 0;
        const run = () => charge(ORDER, () => (calls++, value));
        await run();
        expect([await run(), calls]).toEqual([value, 1]);
      },
    );

    it('is replayed in another process', async () => {
      const { charge, work, another, executed } = bench();
      const first = await charge(ORDER, work);
      expect(await another().charge(ORDER, work)).toEqual(first);
      expect(executed()).toBe(1);
    });

    it('is replayed as the error with which the provider refused it for good', async () => {
      const { charge, another } = bench();
      const declined = Object.assign(new Error('card declined'), {
        name: 'CardError',
        code: 'card_declined',
        config: { method: 'post', headers: { Authorization: 'Bearer secret' } },
        response: { status: 402, data: { decline: 'funds' }, headers: {} },
      });
      await expect(charge(ORDER, () => Promise.reject(declined))).rejects.toBe(declined);
      const replayed = await outcomeOf(another().charge(ORDER, () => 'charged'));
      expect(replayed).toMatchObject({
        error: {
          name: 'CardError',
          message: 'card declined',
          code: 'card_declined',
          replayed: true,
          response: { status: 402, data: { decline: 'funds' } },
        },
      });
      expect(JSON.stringify(replayed)).not.toContain('secret');
    });

    it('is replayed as it was: with its dates, its big numbers and what is no number', async () => {
      const { charge, another, work } = bench();
      const receipt = { id: 12345678901234567890n, at: new Date(0), rates: [0.5, Number.NaN, undefined] };
      await charge(ORDER, () => receipt);
      expect(await another().charge(ORDER, work)).toEqual(receipt);
    });

    it.each([
      ['a response', () => new Response('body'), 'an instance of Response'],
      ['a stream', () => Readable.from(['a']), 'an instance of Readable'],
      ['an answer that holds a stream', () => ({ Body: Readable.from(['a']) }), 'an instance of Readable'],
      ['a file', () => new Blob(['a']), 'an instance of Blob'],
      ['a map', () => new Map([['a', 1]]), 'an instance of Map'],
      ['an answer with its request', () => ({ status: 200, headers: {}, config: { adapter: () => 1 } }), 'a function'],
    ])(
      'that gave %s was done: a duplicate is told so at once, and nothing of it is kept',
      async (_name, answer, what) => {
        const { charge, another, work, store, events, executed, counters } = bench({ lease: '30s' });
        const given = answer();
        expect(await charge(ORDER, () => given)).toBe(given);
        expect(events.all).toMatchObject([
          { type: 'idempotency.unsettled', detail: { reason: `${what} cannot be kept for replay` } },
        ]);
        const record = JSON.parse((await store.get([...store.keys][0]!))!.value) as object;
        expect(record).toEqual({ format: 1, fingerprint: expect.any(String), attempt: 1, state: 'unkept' });
        for (const duplicate of [charge, another().charge]) {
          await expect(duplicate(ORDER, work)).rejects.toMatchObject({
            code: 'IDEMPOTENCY_CONFLICT',
            standing: 'done',
            retryAfterMs: undefined,
            message:
              'payments: charge with this idempotency key was done before, and its result could not be kept to be given again',
          });
        }
        await expect(charge({ ...ORDER, amount: 5 }, work)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
        expect([executed(), counters()['replayed'], counters()['conflicts']]).toEqual([0, 0, 1]);
      },
    );

    it('is replayed as its error where the user’s own word says that this is a success', async () => {
      const classify = ({ ok, ...rest }: { ok: boolean; error?: unknown }) =>
        !ok && (rest.error as { status?: unknown }).status === 409 ? 'success' : undefined;
      const { charge } = bench({}, { classify });
      let calls = 0;
      const done = Object.assign(new Error('already done'), { status: 409 });
      const run = () => outcomeOf(charge(ORDER, () => (calls++, Promise.reject(done))));
      expect(await run()).toEqual({ error: done });
      expect(await run()).toMatchObject({ error: { message: 'already done', status: 409, replayed: true } });
      expect(calls).toBe(1);
    });

    it.each([
      ['fetch', { response: new Response('gone', { status: 404 }) }],
      ['got', { response: { statusCode: 404, body: 'gone', headers: {} } }],
      ['Nest', { status: 404, response: { statusCode: 404, message: 'gone' } }],
      ['undici', { statusCode: 404, body: 'gone' }],
    ])(
      'that failed for good by the word of %s speaks no more against the provider when it is replayed',
      async (_name, more) => {
        const { charge, clock, store } = bench();
        const outer = createProvider('outer', { circuitBreaker: { window: { consecutive: 1 } } }, { clock, store });
        const gone = Object.assign(new Error('gone'), more);
        for (let time = 0; time < 2; time++) {
          await expect(outer.execute(() => charge(ORDER, () => Promise.reject(gone)))).rejects.toThrow('gone');
          expect(outer.circuitBreaker!.state).toBe('closed');
        }
      },
    );

    it('is forgotten after its time', async () => {
      const { charge, work, executed, clock } = bench({ ttl: '1h' });
      await charge(ORDER, work);
      await clock.advance('1h');
      await charge(ORDER, work);
      expect(executed()).toBe(2);
    });

    it('costs two round trips, and one to replay', async () => {
      const { charge, work, store } = bench();
      await charge(ORDER, work);
      expect(store.operations).toBe(2);
      await charge(ORDER, work);
      expect(store.operations).toBe(3);
    });

    it.each([
      ['was not sent', networkError('ECONNREFUSED')],
      ['was throttled', httpError(429)],
      ['was refused for its credential', httpError(401)],
      ['was not done yet', httpError(503, { 'retry-after': '1' })],
    ])('is not kept when it %s: the key is free', async (_name, error) => {
      const { charge, work, store, executed } = bench();
      await expect(charge(ORDER, () => Promise.reject(error))).rejects.toBe(error);
      expect(await store.get([...store.keys][0]!)).toBeUndefined();
      expect(await charge({ ...ORDER, amount: 7 }, work)).toEqual({ receipt: 1 });
      expect(executed()).toBe(1);
    });

    it('is not kept when the answer was no success', async () => {
      const { charge, work, executed } = bench();
      const busy = { status: 503, ok: false, headers: { 'retry-after': '1' } };
      expect(await charge(ORDER, () => busy)).toBe(busy);
      await charge(ORDER, work);
      expect(executed()).toBe(1);
    });
  });

  describe('another payload', () => {
    it('is refused when the operation has settled', async () => {
      const { charge, work, executed } = bench();
      await charge(ORDER, work);
      await expect(charge({ ...ORDER, amount: 5 }, work)).rejects.toMatchObject({
        name: 'IdempotencyMismatchError',
        code: 'IDEMPOTENCY_MISMATCH',
      });
      expect(executed()).toBe(1);
    });

    it('is refused while it is in flight, here and elsewhere, rather than told to wait', async () => {
      const { charge, another } = bench();
      void charge(ORDER, () => deferred().promise);
      await turn();
      const other = { ...ORDER, amount: 5 };
      await expect(charge(other, () => 1)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
      await expect(another().charge(other, () => 1)).rejects.toMatchObject({ code: 'IDEMPOTENCY_MISMATCH' });
    });

    it('is the same payload when only the order of its fields differs', async () => {
      const { charge, work, executed } = bench();
      await charge({ id: 'order-1', amount: 5, items: [{ a: 1, b: 2 }] }, work);
      await charge({ items: [{ b: 2, a: 1 }], amount: 5, id: 'order-1' }, work);
      expect(executed()).toBe(1);
    });

    it.each([
      ['map', new Map([['amount', 1]]), new Map([['amount', 9999]])],
      ['set', new Set([1]), new Set([9999])],
      ['query', new URLSearchParams('amount=1'), new URLSearchParams('amount=9999')],
      ['bytes', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
      ['number', Number.NaN, null],
    ])('is refused where the payload is a %s', async (_name, payload, other) => {
      const { charge, provider, work, executed } = bench();
      const asked = { operation: 'charge', idempotencyKey: 'order-1' };
      await provider.execute(work, { ...asked, args: [payload] });
      await expect(provider.execute(work, { ...asked, args: [other] })).rejects.toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      await charge({ id: 'order-1', payload }, work);
      await expect(charge({ id: 'order-1', payload: other }, work)).rejects.toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
      expect(executed()).toBe(2);
    });

    it('must be told from the first: what shows nothing of what it holds is refused until the fingerprint says what counts', async () => {
      const { charge, provider, work, executed } = bench();
      const order = { id: 'order-1', file: new Blob(['receipt']) };
      await expect(charge(order, work)).rejects.toMatchObject({
        name: 'IdempotencyPayloadError',
        code: 'IDEMPOTENCY_PAYLOAD',
        provider: 'payments',
        operation: 'charge',
        message:
          'payments: what charge is given cannot be compared (an instance of Blob): ' +
          "say with the option 'fingerprint' of idempotency what makes two payloads the same",
      });
      expect(executed()).toBe(0);
      const named = methodOf(provider, { key: ({ id }: Order) => id, fingerprint: ({ id }: Order) => id });
      expect(await named(order, work)).toEqual({ receipt: 1 });
    });

    it('need not be told from anything where the call has a key of its own', async () => {
      const { provider, work } = bench();
      const circular: { self?: unknown } = {};
      circular.self = circular;
      expect(await provider.execute(work, { args: [circular] })).toEqual({ receipt: 1 });
    });

    it('is judged by the declared fields where some are', async () => {
      const { provider, work, executed } = bench();
      const charge = methodOf(provider, {
        key: (order: Order) => order.id,
        fingerprint: ({ amount }: Order) => amount,
      });
      await charge({ ...ORDER, createdAt: 1 }, work);
      await charge({ ...ORDER, createdAt: 2 }, work);
      expect(executed()).toBe(1);
    });
  });

  describe('a duplicate in flight', () => {
    it('shares the result of the first', async () => {
      const { charge, counters } = bench();
      const work = deferred<string>();
      let calls = 0;
      const all = Array.from({ length: 10 }, () => charge(ORDER, () => (calls++, work.promise)));
      await turn();
      work.resolve('receipt');
      expect(new Set(await Promise.all(all))).toEqual(new Set(['receipt']));
      expect(calls).toBe(1);
      expect(counters()).toMatchObject({ executed: 1, shared: 9, inFlight: 0 });
    });

    it('shares the error of the first, and nothing is left unhandled', async () => {
      const { charge } = bench();
      const down = httpError(500);
      const work = deferred();
      const all = [1, 2, 3].map(() => outcomeOf(charge(ORDER, () => work.promise)));
      await turn();
      work.reject(down);
      expect(await Promise.all(all)).toEqual([{ error: down }, { error: down }, { error: down }]);
    });

    it('goes on with the work of the first when the caller of that aborts', async () => {
      const { charge, work, executed, another } = bench();
      const caller = new AbortController();
      const receipt = deferred<string>();
      let signal: AbortSignal | undefined;
      const first = watch(
        charge(ORDER, (call) => ((signal = call.signal), receipt.promise), { signal: caller.signal }),
      );
      const second = watch(charge(ORDER, work));
      await turn();
      caller.abort('left');
      await turn();
      expect([first.error, signal!.aborted, second.settled]).toEqual(['left', false, false]);
      receipt.resolve('receipt');
      await turn();
      expect([second.value, executed()]).toEqual(['receipt', 0]);
      expect(await another().charge(ORDER, work)).toBe('receipt');
    });

    it('aborts the operation with the last caller that wants it, and the next begins anew', async () => {
      const { charge, clock, work, counters } = bench({ wait: '5s' });
      const caller = new AbortController();
      let signal: AbortSignal | undefined;
      const first = watch(
        charge(ORDER, (call) => ((signal = call.signal), deferred().promise), { signal: caller.signal }),
      );
      const second = watch(charge(ORDER, work));
      await turn();
      caller.abort('left');
      await clock.advance(4999);
      expect([first.error, second.settled, signal!.aborted]).toEqual(['left', false, false]);
      await clock.advance(1);
      expect(second.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      expect([signal!.aborted, counters()['inFlight']]).toEqual([true, 0]);
      const third = watch(charge(ORDER, work));
      await turn();
      expect(third.value).toEqual({ receipt: 1 });
    });

    it('has the time that it has itself: an earlier deadline of the first keeps no duplicate from another attempt', async () => {
      const waits = { attempts: 5, backoff: { kind: 'constant', initial: '2s', jitter: 'none' } } as const;
      const { provider, clock, store } = bench({}, { retry: waits });
      const outer = createProvider('outer', { timeout: { total: '1s' } }, { clock, store });
      const asked = { operation: 'charge', idempotencyKey: 'order-1' };
      let calls = 0;
      const work = async () => {
        if (++calls < 3) throw httpError(503, { 'retry-after': '0' });
        return 'receipt';
      };
      const first = watch(outer.execute(() => provider.execute(work, asked)));
      const second = watch(provider.execute(work, asked));
      await clock.advance('1s');
      expect(first.error).toMatchObject({ code: 'TIMEOUT', provider: 'outer' });
      await clock.advance('3s');
      expect([second.value, calls]).toEqual(['receipt', 3]);
    });

    it('has no more time than a total timeout gives to the call that does the work', async () => {
      const retry = { attempts: 3, backoff: { kind: 'constant', initial: '5s', jitter: 'none' } } as const;
      const { charge, clock } = bench({}, { timeout: { total: '1s' }, retry });
      const deadlines: number[] = [];
      const down = httpError(503);
      const work = async ({ deadline }: Call) => {
        deadlines.push(deadline);
        await clock.sleep(100);
        throw down;
      };
      const results = [watch(charge(ORDER, work)), watch(charge(ORDER, work))];
      await clock.advance(100);
      expect(results.map(({ error }) => error)).toEqual([down, down]);
      expect(deadlines).toEqual([1000]);
    });

    it('does not wait past the deadline of the only one who waits', async () => {
      const waits = { attempts: 5, backoff: { kind: 'constant', initial: '2s', jitter: 'none' } } as const;
      const { provider, clock, store } = bench({}, { retry: waits });
      const outer = createProvider('outer', { timeout: { total: '1s' } }, { clock, store });
      const down = httpError(503, { 'retry-after': '0' });
      const result = watch(
        outer.execute(() => provider.execute(() => Promise.reject(down), { operation: 'charge', idempotencyKey: 'a' })),
      );
      await turn();
      expect(result.error).toBe(down);
    });

    it('gets no result that can be read once only: that is of the first, and the operation is not done again', async () => {
      const { charge, work, executed } = bench();
      const answer = deferred<Response>();
      const first = watch(charge(ORDER, () => answer.promise));
      const second = watch(charge(ORDER, work));
      await turn();
      const response = new Response('body');
      answer.resolve(response);
      await turn();
      expect(first.value).toBe(response);
      expect(second.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', standing: 'done' });
      expect(executed()).toBe(0);
    });

    it('can be aborted alone', async () => {
      const { charge } = bench();
      const work = deferred<string>();
      const caller = new AbortController();
      const first = watch(charge(ORDER, () => work.promise));
      const second = watch(charge(ORDER, () => 'never', { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await turn();
      expect(second.error).toBe('left');
      work.resolve('receipt');
      await turn();
      expect(first.value).toBe('receipt');
    });

    it('is refused at once where none is to wait', async () => {
      const { charge, another } = bench({ wait: 0 });
      void charge(ORDER, () => deferred().promise);
      await turn();
      await expect(charge(ORDER, () => 1)).rejects.toMatchObject({
        name: 'IdempotencyConflictError',
        code: 'IDEMPOTENCY_CONFLICT',
      });
      await expect(another().charge(ORDER, () => 1)).rejects.toMatchObject({
        code: 'IDEMPOTENCY_CONFLICT',
        retryAfterMs: 30_000,
      });
    });

    it.each(['the same process', 'another process'])(
      'in %s is refused when it has waited for long enough',
      async (where) => {
        const { charge, another, clock } = bench({ wait: '5s' });
        void charge(ORDER, () => deferred().promise);
        await turn();
        const waiting = watch((where === 'the same process' ? charge : another().charge)(ORDER, () => 1));
        await clock.advance(4999);
        expect(waiting.settled).toBe(false);
        await clock.advance(1);
        expect(waiting.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      },
    );

    it('in another process waits for the result', async () => {
      const { charge, another, clock, work, executed } = bench();
      const slow = deferred<string>();
      void charge(ORDER, () => slow.promise);
      await turn();
      const waiting = watch(another().charge(ORDER, work));
      await clock.advance('3s');
      slow.resolve('receipt');
      await clock.advance(100);
      expect([waiting.value, executed()]).toEqual(['receipt', 0]);
    });

    it('of many processes that begin at once runs in one', async () => {
      const { another, clock, work, executed } = bench();
      const all = Array.from({ length: 20 }, () => watch(another().charge(ORDER, work)));
      await clock.advance('1s');
      expect(executed()).toBe(1);
      expect(all.every(({ value }) => JSON.stringify(value) === '{"receipt":1}')).toBe(true);
    });
  });

  describe('the lease', () => {
    it('is renewed for as long as the call runs, so that no other call takes the key', async () => {
      const { charge, another, clock, work, executed } = bench({ lease: '30s', wait: 0 });
      const long = deferred<string>();
      const first = watch(charge(ORDER, () => long.promise));
      for (let minute = 0; minute < 5; minute++) {
        await clock.advance('1m');
        await expect(another().charge(ORDER, work)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      }
      long.resolve('receipt');
      await clock.advance(0);
      expect(first.value).toBe('receipt');
      expect(await another().charge(ORDER, work)).toBe('receipt');
      expect(executed()).toBe(0);
    });

    it('holds no process and ends with the call', async () => {
      const { charge, clock } = bench();
      const work = deferred();
      void charge(ORDER, () => work.promise);
      await turn();
      expect(clock.pendingTimers('referenced')).toBe(0);
      expect(clock.pendingTimers()).toBe(1);
      work.resolve(1);
      await turn();
      // Leases of one length share a timer, which a clock that is closed drops where no lease is left.
      clock.close();
      expect(clock.pendingTimers()).toBe(0);
    });

    it('of a dead process runs out, and the next caller takes the key with the same key for the provider', async () => {
      const { clock, store, work, another } = bench();
      const dead = processOn(store, new TestClock());
      const keys: unknown[] = [];
      // Its clock stands still: it gives no sign of life.
      void dead.charge(ORDER, (call) => (keys.push(call.idempotencyKey), deferred().promise));
      await turn();
      const heir = another();
      const waiting = watch(heir.charge(ORDER, (call) => (keys.push(call.idempotencyKey), work())));
      await clock.advance(9999);
      expect(waiting.settled).toBe(false);
      await clock.advance('30s');
      const late = watch(heir.charge(ORDER, (call) => (keys.push(call.idempotencyKey), work())));
      await clock.advance(0);
      expect(late.value).toEqual({ receipt: 1 });
      expect(keys).toHaveLength(2);
      expect(keys[0]).toBe(keys[1]);
      expect(heir.events.ofType('idempotency.reclaimed')).toMatchObject([{ detail: { attempt: 2 } }]);
    });

    it('that was lost aborts the call’s signal, and the zombie can neither overwrite nor release', async () => {
      const { clock, store, another } = bench({ lease: '30s' });
      const frozen = new TestClock();
      const zombie = processOn(store, frozen, { lease: '30s' });
      const late = deferred<string>();
      let signal: AbortSignal | undefined;
      const first = watch(zombie.charge(ORDER, (call) => ((signal = call.signal), late.promise)));
      await turn();
      await clock.advance('31s');
      const heir = another();
      expect(await heir.charge(ORDER, () => 'of the heir')).toBe('of the heir');
      await frozen.advance('10s');
      expect(first.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      expect(signal?.aborted).toBe(true);
      expect(zombie.events.types).toContain('idempotency.leaseLost');
      late.resolve('of the zombie');
      await turn();
      expect(await heir.charge(ORDER, () => 'again')).toBe('of the heir');
    });

    it('that was lost unnoticed lets the zombie’s result reach its caller, but not the record', async () => {
      const { clock, store, another } = bench({ lease: '30s' });
      const zombie = processOn(store, new TestClock(), { lease: '30s' });
      const late = deferred<string>();
      const first = watch(zombie.charge(ORDER, () => late.promise));
      await turn();
      await clock.advance('31s');
      const heir = another();
      await heir.charge(ORDER, () => 'of the heir');
      late.resolve('of the zombie');
      await turn();
      expect(first.value).toBe('of the zombie');
      expect(zombie.events.types).toEqual(['idempotency.fenced']);
      expect(await heir.charge(ORDER, () => 'again')).toBe('of the heir');
    });

    it('survives a store that is away for a moment', async () => {
      const { charge, clock, store, events } = bench({ lease: '30s' });
      const work = deferred<string>();
      const first = watch(charge(ORDER, () => work.promise));
      await turn();
      store.failing = new Set(['all']);
      await clock.advance('10s');
      store.failing = new Set();
      await clock.advance('20s');
      work.resolve('receipt');
      await clock.advance(0);
      expect(first.value).toBe('receipt');
      expect(events.types).toEqual(['idempotency.renewalFailed']);
    });
  });

  describe('an unknown outcome', () => {
    it.each([
      ['a lost connection', networkError('ECONNRESET')],
      ['a 500', httpError(500, {}, 'post')],
      ['an answer that breaks the protocol', networkError('HPE_INVALID_CONSTANT')],
    ])('(%s) is noted: the next caller runs again with the same key for the provider', async (_name, error) => {
      const { charge, another } = bench();
      const keys: unknown[] = [];
      await expect(charge(ORDER, (call) => (keys.push(call.idempotencyKey), Promise.reject(error)))).rejects.toBe(
        error,
      );
      const heir = another();
      expect(await heir.charge(ORDER, (call) => (keys.push(call.idempotencyKey), 'charged'))).toBe('charged');
      expect(keys[0]).toBe(keys[1]);
      expect(heir.events.types).toEqual(['idempotency.reclaimed']);
      await expect(heir.charge({ ...ORDER, amount: 5 }, () => 1)).rejects.toMatchObject({
        code: 'IDEMPOTENCY_MISMATCH',
      });
    });

    it('is what the caller’s abort leaves behind once the method was called, and not before', async () => {
      const { charge, store } = bench();
      const caller = new AbortController();
      const first = watch(charge(ORDER, () => deferred().promise, { signal: caller.signal }));
      await turn();
      caller.abort('left');
      await turn();
      expect(first.error).toBe('left');
      const record = await store.get([...store.keys][0]!);
      expect(JSON.parse(record!.value)).toMatchObject({ state: 'unknown', attempt: 1 });
    });

    it('of an earlier attempt is not forgotten when the last one was certainly not sent', async () => {
      const { charge, store, clock } = bench({}, { retry: { attempts: 2, backoff: { initial: 0 } } });
      const errors = [httpError(500), networkError('ECONNREFUSED')];
      const result = watch(charge(ORDER, () => Promise.reject(errors.shift())));
      await clock.advance(0);
      expect(result.settled).toBe(true);
      expect(JSON.parse((await store.get([...store.keys][0]!))!.value)).toMatchObject({ state: 'unknown' });
    });

    it('of an earlier owner is not forgotten when the next attempt was certainly not sent', async () => {
      const { charge, store } = bench();
      await outcomeOf(charge(ORDER, () => Promise.reject(httpError(500))));
      await outcomeOf(charge(ORDER, () => Promise.reject(networkError('ECONNREFUSED'))));
      expect(JSON.parse((await store.get([...store.keys][0]!))!.value)).toMatchObject({ state: 'unknown', attempt: 2 });
    });

    it('is left when a timeout ends the call', async () => {
      const { charge, store, clock } = bench({}, { timeout: { total: '5s' } });
      const result = watch(charge(ORDER, () => deferred().promise));
      await clock.advance('5s');
      expect(result.error).toMatchObject({ code: 'TIMEOUT' });
      expect(JSON.parse((await store.get([...store.keys][0]!))!.value)).toMatchObject({ state: 'unknown' });
    });
  });

  describe('the store', () => {
    it('that is down refuses the call by default, before the method is called', async () => {
      const { charge, store, work, executed } = bench();
      store.failing = new Set(['all']);
      await expect(charge(ORDER, work)).rejects.toMatchObject({
        name: 'StoreUnavailableError',
        code: 'STORE_UNAVAILABLE',
        message: 'payments: the store behind idempotency is unavailable, so charge was not made',
        cause: { message: 'the store is down (claim)' },
      });
      expect(executed()).toBe(0);
    });

    it('that is down lets the call proceed without protection where that is wanted', async () => {
      const { charge, store, work } = bench({ storeDown: 'proceed' });
      store.failing = new Set(['all']);
      expect(await charge(ORDER, work)).toEqual({ receipt: 1 });
      expect(await charge(ORDER, work)).toEqual({ receipt: 2 });
    });

    it('that fails after the provider has answered does not turn success into failure', async () => {
      const { charge, store, work, events } = bench();
      store.failing = new Set(['put']);
      expect(await charge(ORDER, work)).toEqual({ receipt: 1 });
      expect(events.all).toMatchObject([
        { type: 'idempotency.unsettled', detail: { reason: 'the store is down (put)' } },
      ]);
    });

    it('that fails after the provider has refused leaves the provider’s error as it is', async () => {
      const { charge, store, events } = bench();
      store.failing = new Set(['put', 'delete']);
      const errors = [httpError(402), networkError('ECONNREFUSED')];
      for (const error of errors) {
        const order = { ...ORDER, id: error.message };
        await expect(charge(order, () => Promise.reject(error))).rejects.toBe(error);
      }
      expect(events.types).toEqual(['idempotency.unsettled', 'idempotency.unsettled']);
    });
  });

  it('derives the same key in every release: an operation begun before must be found after', async () => {
    const { charge } = bench();
    const keyFor = async (options: { key?: string }) => {
      let key: string | undefined;
      await charge(ORDER, (call) => void (key = call.idempotencyKey), options);
      return key;
    };
    expect(await keyFor({})).toBe(derivedKey('payments', 'charge', 'order-1'));
    expect(await keyFor({ key: 'tenant' })).toBe(derivedKey('payments', 'charge', 'order-1', 'tenant'));
  });

  it('notes in the store that an operation has begun', async () => {
    const { charge, store } = bench();
    void charge(ORDER, () => deferred().promise);
    await turn();
    expect(JSON.parse((await store.get([...store.keys][0]!))!.value)).toMatchObject({ state: 'pending', attempt: 1 });
  });

  it('has no conflict left to report once a duplicate has its result', async () => {
    const { charge, clock, counters, work } = bench();
    await Promise.all([charge(ORDER, work), charge(ORDER, work)]);
    await clock.advance('1m');
    expect(counters()).toEqual(countersWith({ executed: 1, shared: 1 }));
  });

  it('does not begin again for a duplicate whose caller aborts with the first', async () => {
    const { charge, events, work, executed } = bench();
    const caller = new AbortController();
    const first = watch(charge(ORDER, () => deferred().promise, { signal: caller.signal }));
    const second = watch(charge(ORDER, work, { signal: caller.signal }));
    await turn();
    caller.abort('left');
    await turn();
    expect([first.error, second.error, executed(), events.types]).toEqual(['left', 'left', 0, []]);
  });

  describe('what it tells', () => {
    it('is whose key came with another payload', async () => {
      const { charge, work } = bench();
      await charge(ORDER, work);
      await expect(charge({ ...ORDER, amount: 5 }, work)).rejects.toMatchObject({
        provider: 'payments',
        operation: 'charge',
        message: 'payments: this idempotency key of charge was used with another payload',
      });
    });

    it('is that it is one policy of the method, between the cache and the total timeout', () => {
      const settings = readSettings(idempotencyKind.schema, {}, '').settings;
      expect(idempotencyKind.specs(settings)).toMatchObject([
        { kind: 'idempotency', name: 'idempotency', scope: 'method', settings },
      ]);
    });

    it('is how often it did what', async () => {
      const { charge, another, clock, counters, work } = bench({ wait: 0 });
      expect(counters()).toEqual(countersWith({}));
      await charge(ORDER, work);
      await charge(ORDER, work);
      await outcomeOf(charge({ ...ORDER, amount: 5 }, work));
      const second = { ...ORDER, id: 'order-2' };
      await outcomeOf(charge(second, () => Promise.reject(httpError(500))));
      void another().charge({ ...ORDER, id: 'order-3' }, () => deferred().promise);
      void charge(second, () => deferred().promise);
      await clock.advance(0);
      await outcomeOf(charge({ ...ORDER, id: 'order-3' }, work));
      expect(counters()).toEqual(
        countersWith({ inFlight: 1, executed: 3, replayed: 1, reclaimed: 1, conflicts: 1, mismatches: 1 }),
      );
    });

    it('is which operation was replayed, and as what', async () => {
      const { charge, events, work } = bench();
      await charge(ORDER, work);
      await charge(ORDER, work);
      const declined = { ...ORDER, id: 'order-2' };
      await outcomeOf(charge(declined, () => Promise.reject(httpError(402))));
      await outcomeOf(charge(declined, work));
      expect(events.all).toMatchObject([
        { type: 'idempotency.replayed', operation: 'charge', detail: { state: 'done' } },
        { type: 'idempotency.replayed', operation: 'charge', detail: { state: 'failed' } },
      ]);
    });

    it('is which operation could not be kept or freed, and why', async () => {
      const { charge, store, work, events } = bench();
      store.failing = new Set(['put', 'delete']);
      await charge(ORDER, work);
      await outcomeOf(charge({ ...ORDER, id: 'order-2' }, () => Promise.reject(networkError('ECONNREFUSED'))));
      expect(events.all).toMatchObject([
        { type: 'idempotency.unsettled', operation: 'charge', detail: { reason: 'the store is down (put)' } },
        { type: 'idempotency.unsettled', operation: 'charge', detail: { reason: 'the key could not be released' } },
      ]);
    });

    it('is to whom a key went, and who has lost it', async () => {
      const { clock, store, another, work } = bench({ lease: '30s' });
      const frozen = new TestClock();
      const zombie = processOn(store, frozen, { lease: '30s' });
      const lost = watch(zombie.charge(ORDER, () => deferred().promise));
      await turn();
      await clock.advance('31s');
      const heir = another();
      await heir.charge(ORDER, work);
      await frozen.advance('10s');
      expect(lost.error).toMatchObject({ provider: 'payments', operation: 'charge' });
      expect(heir.events.all).toMatchObject([
        { type: 'idempotency.reclaimed', operation: 'charge', detail: { attempt: 2 } },
      ]);
      expect(zombie.events.all[0]).toMatchObject({ type: 'idempotency.leaseLost', operation: 'charge' });
    });
  });

  describe('the time', () => {
    it('that a dead process holds its key is its lease to the millisecond, and a duplicate is told how much is left', async () => {
      const { clock, store, another, work } = bench({ lease: '30s', wait: 0 });
      void processOn(store, new TestClock(), { lease: '30s' }).charge(ORDER, () => deferred().promise);
      await turn();
      await clock.advance(29_999);
      expect(await outcomeOf(another().charge(ORDER, work))).toMatchObject({
        error: { code: 'IDEMPOTENCY_CONFLICT', provider: 'payments', operation: 'charge', retryAfterMs: 1 },
      });
      await clock.advance(1);
      expect(await another().charge(ORDER, work)).toEqual({ receipt: 1 });
    });

    it('between two looks at another process’s call is a tenth of a second, and less where less is left', async () => {
      const { charge, another, clock, store, work } = bench({ wait: 250 });
      void charge(ORDER, () => deferred().promise);
      await turn();
      const before = store.operations;
      const waiting = watch(another().charge(ORDER, work));
      const looks = [];
      for (const ms of [0, 99, 1, 99, 1, 49, 1]) {
        await clock.advance(ms);
        looks.push(store.operations - before);
      }
      expect(looks).toEqual([1, 1, 2, 2, 3, 3, 4]);
      expect(waiting.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    });

    it('to wait and to keep are new from the next call on when the settings are', async () => {
      const { provider, clock, work, executed } = bench({ wait: '5s', ttl: '1h' });
      const asked = { idempotencyKey: 'order-1' };
      provider.reconfigure({ idempotency: { wait: 0, ttl: '1m' } });
      const slow = deferred<string>();
      const first = watch(provider.execute(() => slow.promise, asked));
      await turn();
      await expect(provider.execute(work, asked)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      slow.resolve('receipt');
      await turn();
      expect(first.value).toBe('receipt');
      await clock.advance(59_999);
      expect(await provider.execute(work, asked)).toBe('receipt');
      await clock.advance(1);
      expect(await provider.execute(work, asked)).toEqual({ receipt: 1 });
      expect(executed()).toBe(1);
    });
  });

  it('says that the store is down when it goes down while a duplicate waits', async () => {
    const { charge, another, clock, store, work } = bench();
    void charge(ORDER, () => deferred().promise);
    await turn();
    const waiting = watch(another().charge(ORDER, work));
    await clock.advance(50);
    store.failing = new Set(['get']);
    await clock.advance(50);
    expect(waiting.error).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      provider: 'payments',
      operation: 'charge',
      cause: { message: 'the store is down (get)' },
    });
  });
});

function countersWith(counters: Record<string, number>) {
  const none = { inFlight: 0, executed: 0, replayed: 0, shared: 0, reclaimed: 0 };
  const refused = { conflicts: 0, mismatches: 0, unknown: 0 };
  return { kind: 'idempotency', operation: 'charge', ...none, ...refused, ...counters };
}
