import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { SUCCESS } from '../outcome/outcome.js';
import { controllersMade } from '../testing/controllers-made.fixture.js';
import { deferred } from '../testing/deferred.js';
import { carried, liveCall, turn } from '../testing/calls.fixture.js';
import { childAttempt, copyForAttempt, detachedCopy } from './derived-calls.js';
import { raceAbort } from './attempt/race-abort.js';

const REASON = new Error('given up');

describe('LiveCall', () => {
  it('makes its signal only when it is read, and then always the same', async () => {
    const call = liveCall();
    expect(await controllersMade(() => childAttempt(call, 1).abort(REASON))).toBe(0);
    expect(await controllersMade(() => expect(call.signal).toBe(call.signal))).toBe(1);
    expect(call.signal.aborted).toBe(false);
  });

  it('aborts its signal with the reason, also when that is read afterwards', () => {
    const early = liveCall();
    const { signal } = early;
    early.abort(REASON);
    expect(signal.reason).toBe(REASON);
    const late = liveCall();
    late.abort(REASON);
    expect(late.signal.aborted).toBe(true);
    expect(late.signal.reason).toBe(REASON);
  });

  it('keeps the first reason', () => {
    const call = liveCall();
    call.abort(REASON, true);
    call.abort(new Error('second'));
    expect([call.reason, call.cancelled]).toEqual([REASON, true]);
  });

  it('takes the attempt under way with it, and every later one', () => {
    const call = liveCall();
    const first = childAttempt(call, 1);
    call.abort(REASON, true);
    expect([first.aborted, first.reason, first.cancelled]).toEqual([true, REASON, true]);
    expect(childAttempt(call, 2).aborted).toBe(true);
  });

  it('leaves the operation alone when an attempt is aborted', () => {
    const call = liveCall();
    childAttempt(call, 1).abort(REASON);
    expect(call.aborted).toBe(false);
    expect(childAttempt(call, 2).aborted).toBe(false);
  });

  it('gives its attempts what belongs to the operation', () => {
    const call = liveCall(undefined, 'tenant');
    Object.assign(call, { deadline: 5000, carriedKey: carried('key'), receiver: call });
    const attempt = childAttempt(call, 3);
    expect(attempt).toMatchObject({ attempt: 3, deadline: 5000, idempotencyKey: 'key', key: 'tenant', receiver: call });
  });

  it('aborts nothing once the attempt has ended: the body of a response may still be streaming', () => {
    const call = liveCall();
    const attempt = childAttempt(call, 1);
    const { signal } = attempt;
    attempt.end(SUCCESS);
    call.abort(REASON);
    expect(signal.aborted).toBe(false);
  });

  it('tells the operation when an attempt leaves it in doubt', () => {
    const call = liveCall();
    childAttempt(call, 1).end({ kind: 'unknown' });
    expect(call.inDoubt).toBe(true);
  });

  it('tells listeners once, until they stop listening', () => {
    const call = liveCall();
    const told: string[] = [];
    call.onAbort(() => told.push('a'));
    call.onAbort(() => told.push('b'))();
    call.abort(REASON);
    call.abort(REASON);
    expect(told).toEqual(['a']);
  });

  describe('knows of what it has sent', () => {
    const after = (methods: readonly string[], key?: string) => {
      const call = liveCall();
      if (key !== undefined) call.carriedKey = carried(key);
      for (const method of methods) call.sending(method);
      return call.unsafeRequest;
    };

    it.each([
      [[], 'none'],
      [['GET', 'PUT'], 'none'],
      [['GET', 'post'], 'latest'],
      [['POST', 'GET'], 'earlier'],
      [['POST', 'POST'], 'earlier'],
    ])('what may not be repeated, of %j: %s', (methods, expected) => {
      expect(after(methods)).toBe(expected);
    });

    it('that under an idempotency key all of it may be repeated', () => {
      expect(after(['POST', 'POST'], 'order-1')).toBe('none');
    });

    it.each([
      ['without a key: may not be repeated', undefined, 'latest'],
      ['under a key: may be', carried('order-1'), 'none'],
      ['under a key that only it has: may not be', { ...carried('order-1'), ofThisCall: true }, 'latest'],
    ] as const)('that a call made in its method has sent a POST %s', (_name, carriedKey, expected) => {
      const outermost = liveCall();
      const outer = Object.assign(liveCall(), { parent: outermost });
      const inner = Object.assign(liveCall(), { parent: outer, carriedKey });
      childAttempt(inner, 1).sending('POST');
      expect([outermost.unsafeRequest, outer.unsafeRequest]).toEqual([expected, expected]);
      copyForAttempt(inner, 2).sending('GET');
      expect(outer.unsafeRequest).toBe(expected === 'none' ? 'none' : 'earlier');
    });

    it('nothing of what work has sent for a call that goes on without its caller', () => {
      const outer = liveCall();
      detachedCopy(Object.assign(liveCall(), { parent: outer })).sending('POST');
      expect(outer.unsafeRequest).toBe('none');
    });
  });

  it('has the deadline of the call in whose method it is made for as long as that goes on', () => {
    const parent = Object.assign(liveCall(), { deadline: 5000 });
    const call = Object.assign(liveCall(), { parent });
    const attempt = childAttempt(call, 1);
    expect([call.deadline, attempt.deadline]).toEqual([5000, 5000]);
    call.deadline = 7000;
    expect(call.deadline).toBe(5000);
    parent.end(SUCCESS);
    expect([call.deadline, attempt.deadline]).toEqual([7000, Infinity]);
  });

  describe('race', () => {
    it('gives the result of the work when that is first', async () => {
      const call = liveCall();
      await expect(raceAbort(call, Promise.resolve('value'))).resolves.toBe('value');
      await expect(raceAbort(call, Promise.reject(REASON))).rejects.toBe(REASON);
    });

    it('rejects with the reason when the call is aborted first', async () => {
      const call = liveCall();
      const work = deferred();
      const raced = raceAbort(call, work.promise);
      call.abort(REASON);
      await expect(raced).rejects.toBe(REASON);
      work.resolve('late');
      await work.promise;
    });

    it('rejects with the reason when the call was aborted before', async () => {
      const call = liveCall();
      call.abort(REASON);
      await expect(raceAbort(call, deferred().promise)).rejects.toBe(REASON);
    });

    it('leaves no rejection unhandled when the work fails after all', async () => {
      const call = liveCall();
      const work = deferred();
      const raced = raceAbort(call, work.promise);
      call.abort(REASON);
      await expect(raced).rejects.toBe(REASON);
      work.reject(new Error('late'));
      // The runner fails a test that leaves a rejection unhandled.
      await turn();
    });

    it('adds no listener to the signal', async () => {
      const call = liveCall();
      const { signal } = call;
      await raceAbort(call, Promise.resolve());
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });
});
