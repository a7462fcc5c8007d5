import { AsyncLocalStorage } from 'node:async_hooks';
import type { LiveCall, Call } from './call.js';

const storage = new AsyncLocalStorage<LiveCall>();

/** The call in whose method this code runs, at any depth; `undefined` outside of one. */
export function currentCall(): Call | undefined {
  return storage.getStore();
}

/** The engine's side of the current call. */
export function currentLiveCall(): LiveCall | undefined {
  return storage.getStore();
}

/** Does the call's work with the call as the current one. */
export function workInContext(call: LiveCall): unknown {
  return storage.run(call, call.work, call);
}
