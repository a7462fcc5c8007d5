import { describe, expect, it } from '@jest/globals';
import { liveCall, outcomeOf } from '../testing/calls.fixture.js';
import { SharedCall } from './shared-call.js';

function shared({ needsCallers = true } = {}) {
  const call = liveCall();
  const told: string[] = [];
  const abandon = () => told.push(call.aborted ? 'after the abort' : 'before the abort');
  return { call, told, load: new SharedCall<string>(call, needsCallers ? () => void abandon() : undefined) };
}

describe('a call that several callers wait for', () => {
  it('hands each its own result, and says which is the first', async () => {
    const { load } = shared();
    const results = [load.join(liveCall()).result, load.join(liveCall()).result];
    expect(load.deliver((waiter, first) => waiter.resolve(first ? 'the first' : 'another'))).toBe(2);
    expect(await Promise.all(results)).toEqual(['the first', 'another']);
  });

  it('goes on while one of them waits, and is aborted with the last one, for its reason', async () => {
    const { load, call, told } = shared();
    const callers = [liveCall(), liveCall()];
    const ends = callers.map((caller) => outcomeOf(load.join(caller).result));
    callers[0]!.abort('the first has left', true);
    expect([call.aborted, await ends[0]]).toEqual([false, { error: 'the first has left' }]);
    callers[1]!.abort('the second, too', true);
    expect([call.reason, call.cancelled, told]).toEqual(['the second, too', true, ['before the abort']]);
    expect(await ends[1]).toEqual({ error: 'the second, too' });
  });

  it('goes on without callers where it needs none', async () => {
    const { load, call } = shared({ needsCallers: false });
    const caller = liveCall();
    const end = outcomeOf(load.join(caller).result);
    caller.abort('left');
    expect([await end, call.aborted, load.deliver(() => undefined)]).toEqual([{ error: 'left' }, false, 0]);
  });

  it('lets a caller leave that has waited for too long, with an error of its own', async () => {
    const { load, call } = shared();
    const waiter = load.join(liveCall(), () => 'too late');
    const other = load.join(liveCall());
    waiter.expire();
    expect([await outcomeOf(waiter.result), call.aborted]).toEqual([{ error: 'too late' }, false]);
    load.deliver((left) => left.resolve('in time'));
    expect(await other.result).toBe('in time');
  });
});
