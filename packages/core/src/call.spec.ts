import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { SUCCESS } from './outcome.js';
import { deferred } from './testing/deferred.js';
import { liveCall, turn } from './testing/calls.fixture.js';

const REASON = new Error('given up');

describe('LiveCall', () => {
  it('makes its signal only when it is read, and then always the same', () => {
    const call = liveCall();
    expect((call as unknown as { controller: unknown }).controller).toBeUndefined();
    expect(call.signal).toBe(call.signal);
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
    const first = call.forAttempt(1);
    call.abort(REASON, true);
    expect([first.aborted, first.reason, first.cancelled]).toEqual([true, REASON, true]);
    expect(call.forAttempt(2).aborted).toBe(true);
  });

  it('leaves the operation alone when an attempt is given up', () => {
    const call = liveCall();
    call.forAttempt(1).abort(REASON);
    expect(call.aborted).toBe(false);
    expect(call.forAttempt(2).aborted).toBe(false);
  });

  it('gives its attempts what belongs to the operation', () => {
    const call = liveCall(undefined, 'tenant');
    Object.assign(call, { deadline: 5000, idempotencyKey: 'key', receiver: call });
    const attempt = call.forAttempt(3);
    expect(attempt).toMatchObject({ attempt: 3, deadline: 5000, idempotencyKey: 'key', key: 'tenant', receiver: call });
  });

  it('aborts nothing once the attempt has ended: the body of a response may still be streaming', () => {
    const call = liveCall();
    const attempt = call.forAttempt(1);
    const { signal } = attempt;
    attempt.end(SUCCESS);
    call.abort(REASON);
    expect(signal.aborted).toBe(false);
  });

  it('tells the operation when an attempt leaves it in doubt', () => {
    const call = liveCall();
    call.forAttempt(1).end({ kind: 'unknown' });
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

  it('remembers that something was sent that may not be repeated', () => {
    const call = liveCall();
    expect(call.repeatable).toBeUndefined();
    call.sending('GET');
    expect(call.repeatable).toBe(true);
    call.sending('post');
    call.sending('GET');
    expect(call.repeatable).toBe(false);
  });

  describe('race', () => {
    it('gives the result of the work when that is first', async () => {
      const call = liveCall();
      await expect(call.race(Promise.resolve('value'))).resolves.toBe('value');
      await expect(call.race(Promise.reject(REASON))).rejects.toBe(REASON);
    });

    it('gives the reason when the call is given up first', async () => {
      const call = liveCall();
      const work = deferred();
      const raced = call.race(work.promise);
      call.abort(REASON);
      await expect(raced).rejects.toBe(REASON);
      work.resolve('late');
      await work.promise;
    });

    it('gives the reason when the call had been given up before', async () => {
      const call = liveCall();
      call.abort(REASON);
      await expect(call.race(deferred().promise)).rejects.toBe(REASON);
    });

    it('leaves no rejection unhandled when the work fails after all', async () => {
      const call = liveCall();
      const work = deferred();
      const raced = call.race(work.promise);
      call.abort(REASON);
      await expect(raced).rejects.toBe(REASON);
      work.reject(new Error('late'));
      // The runner fails a test that leaves a rejection unhandled.
      await turn();
    });

    it('adds no listener to the signal', async () => {
      const call = liveCall();
      const { signal } = call;
      await call.race(Promise.resolve());
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    });
  });
});
