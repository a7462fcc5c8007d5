import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Call } from './call.js';
import type { LiveCall } from './live-call.js';

const storage = new AsyncLocalStorage<LiveCall>();
/** No async operation is named as the trigger. A number spares the resource most of its cost. */
const NO_TRIGGER = 0;
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

/**
 * Does the call's work with the call as the current one. An async context costs more than all gates together, so not every call gets one. It
 * is entered through a resource, which brings back the context that it was made in: a fourth of what `storage.run` costs.
 */
export function workInContext(call: LiveCall): unknown {
  const outer = starting;
  starting = call;
  try {
    if (!call.isTracked) return call.work(call);
    stored = true;
    return contextOf(call).runInAsyncScope(beginInContext, undefined, call);
  } finally {
    starting = outer;
  }
}

/** What brings back the async context in which this is first asked for a call. */
export function contextOf(call: LiveCall): AsyncResource {
  return (call.context ??= new AsyncResource('breakwater.call', NO_TRIGGER));
}

function beginInContext(call: LiveCall): unknown {
  storage.enterWith(call);
  // Some libraries' queries are sent by the first `then`: that belongs in the call's context, too.
  const doing = call.work(call);
  return doing instanceof Promise ? doing : Promise.resolve(doing);
}
