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
 * The call in whose method this code runs, at any depth; `undefined` outside of one. Where calls are not tracked, code
 * that runs after an `await` finds its call only when there is something to inherit: a deadline, a caller's signal, a
 * key.
 */
export function currentCall(): Call | undefined {
  return currentLiveCall();
}

/** The engine's side of the current call. */
export function currentLiveCall(): LiveCall | undefined {
  return starting ?? (stored ? storage.getStore() : undefined);
}

/**
 * Remembers the context in which it is called, for code that the method of a call runs on its caller's behalf: a
 * consumer of values that a method emits is no part of that method, and calls of its own are not within its call.
 */
export function callerContext(): <T>(run: (value: T) => void, value: T) => void {
  const within = AsyncLocalStorage.snapshot();
  return (run, value) => {
    const inner = starting;
    starting = undefined;
    try {
      within(run, value);
    } finally {
      starting = inner;
    }
  };
}

/**
 * The call that a request made here is part of: none where the current one has ended, whose key is no other request's.
 * Work that runs on after an abort stays aborted with it.
 */
export function requestingCall(): LiveCall | undefined {
  const call = currentLiveCall();
  return call?.ended === true && !call.runsAfterAbort ? undefined : call;
}

/** Does the call's work with the call as the current one: in an async context of its own where the call is tracked. */
export function workInContext(call: LiveCall): unknown {
  return isTracked(call) ? newContext(call).runInAsyncScope(beginTracked, undefined, call) : begin(call);
}

/**
 * Begins the work of a tracked call, whose code finds it after a wait as well. To be run in the scope of
 * `newContext(call)`, which brings back the context around it: a fourth of what `storage.run` costs, and still more
 * than all gates together.
 */
export function beginTracked(call: LiveCall): unknown {
  const outer = starting;
  starting = call;
  stored = true;
  storage.enterWith(call);
  try {
    // Some libraries' queries are sent by the first `then`: that belongs in the call's context, too.
    const doing = call.work(call);
    return doing instanceof Promise ? doing : Promise.resolve(doing);
  } finally {
    starting = outer;
  }
}

/** Goes on with the work of a call as the current one: with a step of a stream that its method has returned. */
export function continueInContext<T>(call: LiveCall, step: () => T): T {
  const outer = starting;
  starting = call;
  try {
    if (!isTracked(call)) return step();
    stored = true;
    return storage.run(call, step);
  } finally {
    starting = outer;
  }
}

/** The async context of the call's work, whose scope brings back the one in which it is made. */
export function newContext(call: LiveCall): AsyncResource {
  return (call.context = new AsyncResource('breakwater.call', NO_TRIGGER));
}

/** Whether code below finds the call after a wait: where there is something to inherit, or all calls are tracked. */
export function isTracked({ origin, limit, nesting, key, carriedKey }: LiveCall): boolean {
  return (
    origin.trackCalls === true ||
    limit !== undefined ||
    (nesting !== undefined && nesting.isToBeFound) ||
    key !== undefined ||
    carriedKey !== undefined
  );
}

/** Begins the work of a call that is found until the work first waits. */
export function begin(call: LiveCall): unknown {
  const outer = starting;
  starting = call;
  try {
    return call.work(call);
  } finally {
    starting = outer;
  }
}
