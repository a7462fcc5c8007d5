import type { Call } from '../../engine/call.js';
import type { LiveCall } from '../../engine/live-call.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { carried, liveProvider } from '../../testing/calls.fixture.js';
import { deferred, type Deferred } from '../../testing/deferred.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import type { CacheOptions } from './cache.options.js';

interface CallOptions {
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  readonly receiver?: object;
}

export type Work<T = unknown> = (call: Call) => Promise<T> | T;

/** A provider with a cached `find`, as a decorator would link it, without a framework. */
export function bench(
  cache: CacheOptions,
  { random = () => 0, ...more }: ProviderOptions & { random?: () => number } = {},
) {
  const clock = new TestClock();
  const provider = liveProvider('catalog', { cache, ...more }, { clock, random: () => random() });
  const events = recordEvents(provider);
  const pipeline = provider.pipelineFor(
    { operation: 'Catalog.find', method: 'find', policies: new Map(), every: true },
    [],
  );
  let loads = 0;
  const count: Work<string> = () => `answer ${++loads}`;
  const call = (args: readonly unknown[], work: Work = count, options: CallOptions = {}): Promise<unknown> => {
    const made: LiveCall = provider.newCall('Catalog.find', args, work);
    made.key = options.key;
    if (options.idempotencyKey !== undefined) made.carriedKey = carried(options.idempotencyKey);
    made.receiver = options.receiver;
    return provider.run(pipeline, made, options.signal);
  };
  const find = (id: unknown, work?: Work, options?: CallOptions) => call([id], work, options);
  const peek = (id: unknown) => pipeline.peek?.('Catalog.find', [id]);
  const counters = (): Record<string, unknown> => ({
    ...provider.snapshot().policies.find(({ kind, operation }) => kind === 'cache' && operation === 'Catalog.find'),
  });
  return { clock, provider, events, find, call, peek, counters, loads: () => loads };
}

/** Work that is settled from outside, one deferred for each time that it was begun. */
export function pending() {
  const begun: (Deferred & { readonly call: Call })[] = [];
  const work = (call: Call): Promise<unknown> => {
    const work = deferred();
    begun.push({ ...work, call });
    return work.promise;
  };
  return { begun, work };
}

/** Lets go on what waits for promises only, in this turn of the event loop. */
export async function microtasks(): Promise<void> {
  for (let i = 0; i < 10; i++) await undefined;
}

export const fail = (error: unknown) => () => Promise.reject(error);

/** The counters of a cache to which nothing has happened. */
export const ZEROS = {
  hits: 0,
  misses: 0,
  fromStore: 0,
  stale: 0,
  coalesced: 0,
  refreshes: 0,
  refreshesFailed: 0,
  uncached: 0,
};
