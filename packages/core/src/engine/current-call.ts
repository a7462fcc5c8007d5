import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import type { Call } from './call.js';
import type { LiveCall } from './live-call.js';

const storage = new AsyncLocalStorage<LiveCall>();
/** From Node 24 on an async context is a map, of which `run` makes two: one for the work, and one more to bring back what was before. */
const HAS_FRAMES = Number.parseInt(process.versions.node, 10) >= 24;
/** Which async operation began it is told to nobody. As a number it spares the resource most of what it costs. */
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

/** Does the call's work with the call as the current one. An async context costs more than all gates together, so not every call gets one. */
export function workInContext(call: LiveCall): unknown {
  const outer = starting;
  starting = call;
  try {
    if (!call.isTracked) return call.work(call);
    stored = true;
    return HAS_FRAMES ? beginInFrame(call) : storage.run(call, begin, call);
  } finally {
    starting = outer;
  }
}

/** The same as `storage.run`, for a fourth: a resource keeps the context that it was made in, and brings it back as it is. */
function beginInFrame(call: LiveCall): unknown {
  return contextOf(call).runInAsyncScope(enterAndBegin, undefined, call);
}

/** What brings back the async context in which this is first asked for a call. */
export function contextOf(call: LiveCall): AsyncResource {
  return (call.context ??= new AsyncResource('breakwater.call', NO_TRIGGER));
}

function enterAndBegin(call: LiveCall): unknown {
  storage.enterWith(call);
  return begin(call);
}

/** Some libraries' queries are sent when they are first waited for: that is done in the call's context, too. */
function begin(call: LiveCall): unknown {
  const doing = call.work(call);
  return doing instanceof Promise ? doing : Promise.resolve(doing);
}
