import { describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { MemoryBus } from '../../store/memory-bus.js';
import { turn, watch } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { EndedOperations } from './ended-operations.js';

function bench() {
  const clock = new TestClock();
  const thrown: unknown[] = [];
  const bus = new MemoryBus({ onListenerError: (error) => thrown.push(error) });
  const host = (provider = 'payments') => new EndedOperations().over(provider, bus);
  const waitOn = (operations: EndedOperations, ms = 1000, key = 'order-1') => {
    const caller = new AbortController();
    const { signal } = caller;
    return { caller, signal, wait: watch(operations.wait(key, ms, { clock, signal })) };
  };
  return { clock, thrown, host, waitOn };
}

describe('a duplicate that waits for another process', () => {
  it('goes on as soon as it is told that the operation has ended', async () => {
    const { clock, host, waitOn } = bench();
    const { wait } = waitOn(host());
    host().tell('order-1');
    await turn();
    expect(wait.settled).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
  });

  it('is told nothing of other operations, nor of those of other providers', async () => {
    const { clock, thrown, host, waitOn } = bench();
    const { wait } = waitOn(host());
    host('shipping').tell('order-1');
    host().tell('order-2');
    await turn();
    expect([wait.settled, thrown]).toEqual([false, []]);
    await clock.advance('1s');
    expect(wait.settled).toBe(true);
  });

  it('looks by itself after its time, and leaves the others of the operation waiting', async () => {
    const { clock, host, waitOn } = bench();
    const operations = host();
    const [brief, patient] = [waitOn(operations, 100), waitOn(operations, 1000)];
    await clock.advance(100);
    expect([brief.wait.settled, patient.wait.settled]).toEqual([true, false]);
    host().tell('order-1');
    await turn();
    expect(patient.wait.settled).toBe(true);
  });

  it('ends at once with the reason of its caller who leaves', async () => {
    const { clock, host, waitOn } = bench();
    const { caller, wait } = waitOn(host());
    await turn();
    caller.abort('the user left');
    await turn();
    expect([wait.error, clock.pendingTimers()]).toEqual(['the user left', 0]);
  });

  it('does not begin for a caller who has left', async () => {
    const { clock, host } = bench();
    const signal = AbortSignal.abort('the user left');
    const wait = watch(host().wait('order-1', 1000, { clock, signal }));
    expect(clock.pendingTimers()).toBe(0);
    await turn();
    expect(wait.error).toBe('the user left');
  });

  it('leaves no listener on its caller’s signal', async () => {
    const { clock, host, waitOn } = bench();
    const { signal } = waitOn(host());
    await clock.advance('1s');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('waits for its time where no bus tells of anything', async () => {
    const { clock, waitOn } = bench();
    const operations = new EndedOperations().over('payments', undefined);
    const { wait } = waitOn(operations);
    operations.tell('order-1');
    await clock.advance(999);
    expect([operations.isHeard, wait.settled]).toEqual([false, false]);
    await clock.advance(1);
    expect(wait.settled).toBe(true);
  });
});
