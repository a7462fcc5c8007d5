import type { LiveCall } from '../live-call.js';

/** The end of an attempt that has failed: its watcher may go on from it. */
export function rejected(call: LiveCall, error: unknown): Promise<unknown> {
  return call.watcher?.failed(error) ?? soonRejected(error);
}

const SETTLED = Promise.resolve();

/**
 * A promise that rejects a microtask later, when the caller listens: Node notes a rejection without a listener as
 * unhandled, which is most of what a refusal costs.
 */
function soonRejected(reason: unknown): Promise<never> {
  return new Promise((_resolve, reject) => void SETTLED.then(() => reject(reason)));
}
