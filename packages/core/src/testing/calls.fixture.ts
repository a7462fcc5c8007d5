import type { Clock } from '../time/clock.js';
import { createProvider } from '../provider/create-provider.js';
import type { LiveProvider } from '../provider/live-provider.js';
import { createEnvironment } from '../provider/create-environment.js';
import { EventHub } from '../events/event-hub.js';
import type { CarriedKey } from '../engine/requests/carried-key.js';
import { LiveCall, type LiveWork } from '../engine/live-call.js';
import { MemoryStore } from '../store/memory-store.js';
import type { Environment } from '../engine/policy.js';
import { TestClock } from './test-clock.js';

/** Helpers of the engine's own specs. Not part of the testing entry. */

/** The error of an HTTP client for an answer that is one, shaped as axios shapes it. */
export function httpError(status: number, headers: Record<string, string> = {}, method = 'get'): Error {
  return Object.assign(new Error(`status ${status}`), { response: { status, headers }, config: { method } });
}

/** An error of Node's sockets. */
export function networkError(code: string, more: object = {}): Error {
  return Object.assign(new Error(code), { code, ...more });
}

/** How a promise ended; never rejects, so nothing is left unhandled. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** Notes whether and how a promise was settled, for assertions before it is. */
export function watch<T>(promise: Promise<T>): { settled: boolean; value?: T; error?: unknown } {
  const watched: { settled: boolean; value?: T; error?: unknown } = { settled: false };
  promise.then(
    (value) => Object.assign(watched, { settled: true, value }),
    (error: unknown) => Object.assign(watched, { settled: true, error }),
  );
  return watched;
}

/** Lets everything go on that waits for nothing but promises. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function liveCall(work: LiveWork = () => undefined, key?: string, clock: Clock = new TestClock()): LiveCall {
  const call = new LiveCall({ provider: 'provider', clock }, 'operation', [], work);
  call.key = key;
  return call;
}

/** An idempotency key that the caller has brought. */
export function carried(value: string): CarriedKey {
  return { value, header: 'Idempotency-Key', fields: [], ofThisCall: false };
}

/** The environment of a policy, without listeners and with a random number of 0.5. */
export function environmentOf(clock: Clock): Environment {
  const parts = { name: 'provider', path: 'provider', settings: {}, clock, store: new MemoryStore({ clock }) };
  return createEnvironment({ ...parts, random: () => 0.5 }, new EventHub(), { classify: undefined });
}

/** Pseudo-random numbers in [0, 1) that are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A provider as an adapter sees it. */
export function liveProvider(...parts: Parameters<typeof createProvider>): LiveProvider {
  return createProvider(...parts) as LiveProvider;
}
