import { AsyncLocalStorage } from 'node:async_hooks';
import type { Call } from './call.js';
import type { LiveCall } from './live-call.js';

const storage = new AsyncLocalStorage<LiveCall>();
/** Whether a call was ever put into the storage: until then there is nothing to find in it. */
let stored = false;
/** The call whose method is being started, until the method first waits. */
let starting: LiveCall | undefined;

/**
 * The call in whose method this code runs, at any depth; `undefined` outside of one. Where calls are not tracked, code that runs after an
 * `await` finds its call only when there is something to inherit: a deadline, a caller who may give up, a key.
 */
export function currentCall(): Call | undefined {
  return currentLiveCall();
}

/** The engine's side of the current call. */
export function currentLiveCall(): LiveCall | undefined {
  return starting ?? (stored ? storage.getStore() : undefined);
}

/** Does the call's work with the call as the current one. An async context costs more than all gates together, so not every call gets one. */
export function workInContext(call: LiveCall): unknown {
  const outer = starting;
  starting = call;
  try {
    if (!call.isTracked) return call.work(call);
    stored = true;
    return storage.run(call, begin, call);
  } finally {
    starting = outer;
  }
}

/** Some libraries' queries are sent when they are first waited for: that is done in the call's context, too. */
function begin(call: LiveCall): unknown {
  const doing = call.work(call);
  return doing instanceof Promise ? doing : Promise.resolve(doing);
}
