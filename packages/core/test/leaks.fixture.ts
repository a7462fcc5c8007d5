import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { createProvider } from '../src/provider/create-provider.js';
import type { ProviderOptions } from '../src/provider/provider-options.js';

/** Run apart by the spec beside it, in a process that can collect its garbage: prints what each way to use the engine leaves behind. */

const EVERY: ProviderOptions = {
  timeout: { attempt: '1h', total: '2h' },
  retry: { attempts: 2, backoff: { initial: 0 } },
  circuitBreaker: { window: { time: '10s', consecutive: 1_000_000 }, minimumCalls: 1_000_000 },
  rateLimit: { limit: 10_000_000, per: '1s' },
  bulkhead: { concurrency: 10, queue: 10 },
};

const collect = (globalThis as unknown as { gc: () => void }).gc;

/** Bytes of live objects. */
async function heapBytes(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await turn();
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** How many bytes each of `times` repetitions leaves behind, once everything is warm. */
async function bytesLeft(times: number, run: (i: number) => unknown): Promise<number> {
  for (let i = 0; i < times / 10; i++) await run(i);
  const before = await heapBytes();
  for (let i = 0; i < times; i++) await run(i);
  return ((await heapBytes()) - before) / times;
}

const [, , what, count] = process.argv;
const times = Number(count);
const { signal } = new AbortController();
const provider = createProvider('probe', EVERY);
const failing = () => Promise.reject(Object.assign(new Error('refused'), { status: 400 }));

const ways: Record<string, (i: number) => unknown> = {
  'calls with one signal': () => provider.execute(async () => 42, { signal }),
  'failing calls with one signal': () => provider.execute(failing, { signal }).catch(() => undefined),
  'calls that read their signal': () => provider.execute(async (call) => call.signal.aborted, { signal }),
  'calls that are given up': () => {
    const caller = new AbortController();
    const call = provider.execute(() => new Promise(() => undefined), { signal: caller.signal });
    caller.abort(new Error('given up'));
    return call.catch(() => undefined);
  },
  'calls of ever new keys': (i) => provider.execute(async () => 42, { key: `tenant ${i}` }),
  'providers that are dropped': async (i) => createProvider(`provider ${i}`, EVERY).execute(async () => 42),
};

const bytes = await bytesLeft(times, ways[what!]!);
const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
process.stdout.write(JSON.stringify({ bytes, timers, listeners: getEventListeners(signal, 'abort').length }));
