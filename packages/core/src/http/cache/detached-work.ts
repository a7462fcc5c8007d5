import type { LiveCall } from '../../engine/live-call.js';
import { workInContext } from '../../engine/current-call.js';
import { SUCCESS } from '../../outcome/outcome.js';
import { SentRequests } from '../../engine/requests/sent-requests.js';
import { callForWork } from '../../engine/derived-calls.js';

/** Work for several callers, or for none, on behalf of the call that has begun it. */
export interface DetachedWork<T> {
  /** The call in which its requests are made; `undefined` where it was begun in none. */
  readonly call: LiveCall | undefined;
  readonly result: Promise<T>;
}

/**
 * Does work in a call of its own, which is of the same operation and key as `begunBy` and outlives it: what aborts that
 * one does not abort the work.
 */
export function detachedWork<T>(begunBy: LiveCall | undefined, work: () => Promise<T>): DetachedWork<T> {
  if (begunBy === undefined) return { call: undefined, result: work() };
  const call = callForWork(begunBy, work);
  call.parent = undefined;
  // Also one without a limit, so that it is found after a wait.
  call.deadline = begunBy.deadline;
  const result = (workInContext(call) as Promise<T>).finally(() => call.end(SUCCESS));
  return { call, result };
}

/** Has a call know of the requests that were made on its behalf, by which an error of its client is explained. */
export function adoptRequests(call: LiveCall | undefined, { requests }: LiveCall): void {
  if (call !== undefined && requests !== undefined) (call.requests ??= new SentRequests()).adopt(requests);
}
