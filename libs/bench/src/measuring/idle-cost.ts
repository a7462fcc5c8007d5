import { createHook } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { IdleCase } from '../bench-case.js';
import { collectGarbage } from './collect-garbage.js';
import type { Cost } from './cost.js';

const INSTANCES = 2000;
/** Timers are counted apart and over fewer: watching them costs memory itself. */
const WATCHED_FOR_TIMERS = 50;

/** The bytes that instances hold while they are not called, and those that stay once they are dropped. */
export async function idleCost({ prepare, instances = INSTANCES }: IdleCase): Promise<Cost> {
  const heap = await heapOf(await prepare(), instances);
  return { ...heap, timers: await timersOf(await prepare()) };
}

async function heapOf(make: (() => unknown) | undefined, instances: number) {
  // Code and shapes that all instances share are there after so many.
  for (let i = 0; i < instances; i++) await make!();
  const held: unknown[] = new Array(instances).fill(undefined);
  const before = await settledHeap();
  for (let i = 0; i < instances; i++) held[i] = await make!();
  const during = await settledHeap();
  // Their maker is dropped with them, as it may hold them.
  held.fill(undefined);
  make = undefined;
  const after = await settledHeap();
  return {
    bytes: (during - before) / instances,
    retainedBytes: Math.max(0, after - before) / instances,
  };
}

async function timersOf(make: () => unknown): Promise<number> {
  const live = new Set<number>();
  const held: unknown[] = [];
  const hook = createHook({
    init: (id, type) => void (type === 'Timeout' && live.add(id)),
    destroy: (id) => void live.delete(id),
  });
  hook.enable();
  for (let i = 0; i < WATCHED_FOR_TIMERS; i++) held.push(await make());
  await setImmediate();
  hook.disable();
  return live.size / held.length;
}

/** The used heap after collections between which finalizers had their turn. */
async function settledHeap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collectGarbage();
    await setImmediate();
  }
  return getHeapStatistics().used_heap_size;
}
