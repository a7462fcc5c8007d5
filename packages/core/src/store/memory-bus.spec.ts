import { describe, expect, it } from '@jest/globals';
import { MemoryBus } from './memory-bus.js';
import { busContract } from '../testing/bus-contract.js';

const until = async (condition: () => boolean) => {
  for (let turn = 0; turn < 100 && !condition(); turn++) await undefined;
  expect(condition()).toBe(true);
};

describe('MemoryBus', () => {
  busContract(async () => {
    const bus = new MemoryBus();
    return { bus, other: bus, until };
  });

  it('hands on what a listener throws', async () => {
    const errors: unknown[] = [];
    const bus = new MemoryBus({ onListenerError: (error) => errors.push(error) });
    const failure = new Error('a listener of the test fails');
    await bus.subscribe('topic', () => {
      throw failure;
    });
    await bus.publish('topic', 'message');
    expect(errors).toEqual([failure]);
  });
});
