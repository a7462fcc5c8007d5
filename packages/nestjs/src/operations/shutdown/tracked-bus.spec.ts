import type { Bus, Unsubscribe } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { TrackedBus } from './tracked-bus.js';

/** A bus that makes a subscription only when it is told to. */
function slowBus(unsubscribe: Unsubscribe) {
  let resolve!: (made: Unsubscribe) => void;
  const promise = new Promise<Unsubscribe>((made) => (resolve = made));
  const bus: Bus = { publish: async () => undefined, subscribe: () => promise, close: async () => undefined };
  return { tracked: new TrackedBus(bus), make: () => resolve(unsubscribe) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the end of a bus', () => {
  it('waits for a subscription that is being made, and ends it', async () => {
    const done: string[] = [];
    const { tracked, make } = slowBus(async () => {
      await turn();
      done.push('unsubscribed');
    });
    const subscribed = tracked.subscribe('topic', () => undefined);
    const ended = tracked.end().then(() => done.push('ended'));
    await turn();
    expect(done).toEqual([]);
    make();
    await Promise.all([subscribed, ended]);
    expect(done).toEqual(['unsubscribed', 'ended']);
  });

  it('rejects no subscription that comes too late, where it cannot be ended', async () => {
    const { tracked, make } = slowBus(() => Promise.reject(new Error('the connection is closed')));
    const subscribed = tracked.subscribe('topic', () => undefined);
    const ended = tracked.end();
    make();
    await expect(ended).resolves.toBeUndefined();
    const unsubscribe = await subscribed;
    await expect(unsubscribe()).resolves.toBeUndefined();
  });
});
