import type { LiveCall } from './live-call.js';

/** The calls in flight that one signal can abort. */
class TiedCalls {
  readonly calls = new Set<LiveCall>();

  constructor(readonly signal: AbortSignal) {}

  readonly abortAll = (): void => {
    tied.delete(this.signal);
    for (const call of [...this.calls]) call.abort(this.signal.reason, true);
  };
}

const tied = new WeakMap<AbortSignal, TiedCalls>();

/**
 * Has the caller's signal abort the call, until the returned function is called. All calls of one signal share one
 * listener, which is there only while one of them is in flight: Node takes a signal with more than ten listeners for a
 * leak, and says so.
 */
export function tieToSignal(call: LiveCall, signal: AbortSignal): () => void {
  let on = tied.get(signal);
  if (on === undefined) tied.set(signal, (on = new TiedCalls(signal)));
  const { calls, abortAll } = on;
  if (calls.size === 0) signal.addEventListener('abort', abortAll, { once: true });
  calls.add(call);
  return () => {
    if (calls.delete(call) && calls.size === 0) signal.removeEventListener('abort', abortAll);
  };
}
