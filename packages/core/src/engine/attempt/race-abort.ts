import type { LiveCall } from '../live-call.js';

/** The result of `work`, or the reason of an abort of the call, whichever comes first. */
export function raceAbort<T>(call: LiveCall, work: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    call.waiting = { onAbort: reject, onResult: () => undefined };
    work.then(resolve, reject);
    if (call.aborted) reject(call.reason);
  });
}
