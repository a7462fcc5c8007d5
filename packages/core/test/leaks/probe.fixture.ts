import { getEventListeners } from 'node:events';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createProvider } from '../../src/provider/create-provider.js';
import type { ProviderOptions } from '../../src/provider/provider-options.js';

/**
 * A program of its own, which `leftBy` runs with access to the garbage collector. It repeats one use of the engine
 * four times N times and prints what the repetitions left behind.
 */

const EVERY: ProviderOptions = {
  timeout: { attempt: '1h', total: '2h' },
  retry: { attempts: 2, backoff: { initial: 0 } },
  circuitBreaker: { window: { time: '10s', consecutive: 1_000_000 }, minimumCalls: 1_000_000 },
  rateLimit: { limit: 10_000_000, per: '1s' },
  bulkhead: { concurrency: 10, queue: 10 },
};

const { signal } = new AbortController();
const provider = createProvider('probe', EVERY);
const failing = () => Promise.reject(Object.assign(new Error('refused'), { status: 400 }));
const planted: unknown[] = [];

const uses: Record<string, (i: number) => unknown> = {
  'calls with one signal': () => provider.execute(async () => 42, { signal }),
  'failing calls with one signal': () => provider.execute(failing, { signal }).catch(() => undefined),
  'calls that read their signal': () => provider.execute(async (call) => call.signal.aborted, { signal }),
  'aborted calls': () => {
    const caller = new AbortController();
    const call = provider.execute(() => new Promise(() => undefined), { signal: caller.signal });
    caller.abort(new Error('cancelled'));
    return call.catch(() => undefined);
  },
  'calls of ever new keys': (i) => provider.execute(async () => 42, { key: `tenant ${i}` }),
  'dropped providers': async (i) => createProvider(`provider ${i}`, EVERY).execute(async () => 42),
  'a planted object': () => planted.push({}),
  'a planted listener': () => signal.addEventListener('abort', () => undefined),
  'a planted timer': () => setTimeout(() => undefined, 2000),
};

const [, , name, count] = process.argv;
const use = uses[name!]!;
const times = Number(count);

const collect = (globalThis as unknown as { gc: () => void }).gc;

/** Bytes of live objects. */
async function heapBytes(): Promise<number> {
  // Timers that were told to let go of the process are held until they do.
  await sleep(25);
  for (let i = 0; i < 4; i++) {
    await turn();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

let i = 0;
async function repeat(): Promise<void> {
  for (const end = i + times; i < end; i++) await use(i);
}

/** The live bytes after N repetitions, when everything is warm, after 2 N, 3 N and 4 N. */
const heap: number[] = [];
for (let round = 0; round < 4; round++) {
  await repeat();
  heap.push(await heapBytes());
}

// Memory that the runtime sets aside for itself appears in one round or another; a leak adds the same to all.
const added = heap.slice(1).map((bytes, round) => bytes - heap[round]!);
const bytes = Math.min(...added) / times;
const timers = process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
const listeners = getEventListeners(signal, 'abort').length;
process.stdout.write(JSON.stringify({ bytes, timers, listeners }));
