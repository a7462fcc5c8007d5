import { createRequire } from 'node:module';
import { standingDispatcher } from './standing-dispatcher.js';
import { watchedCall, type WatchedCall, type WireRequest } from './wire-request.js';

/** A request as undici is asked for it. */
export interface DispatchOptions {
  readonly method?: unknown;
  readonly origin?: unknown;
  readonly headers?: unknown;
}

/** A request between when undici is asked for it and when it makes it. */
export interface Dispatched {
  readonly handler: unknown;
  /** The call in whose method it was asked for. */
  readonly watched: WatchedCall | undefined;
  isMade: boolean;
  /** Set where it was noted before it was made. */
  noted: WireRequest | undefined;
}

/** Notes a request that waits in a queue of undici, so that it counts as sent from now on. */
type NoteQueued = (watched: WatchedCall, options: DispatchOptions) => WireRequest | undefined;

/** Hands a request on; returns `false` where the next one has to wait. */
type Dispatch = (this: unknown, options: DispatchOptions, handler: unknown) => unknown;

/** The file of the class that all dispatchers of a copy of undici extend. */
const BASE = /[\\/]undici[\\/]lib[\\/](?:dispatcher[\\/])?dispatcher-base\.js$/;

/** Requests that wait in a queue, by their handlers. */
const queued = new WeakMap<object, Dispatched>();
const watchedBases = new WeakSet<object>();
/** The classes of requests that were seen: one for each copy of undici. */
const classes = new Set<unknown>();
/** The request that is being dispatched, until that returns. */
let dispatching: Dispatched | undefined;

/**
 * How a request that is being made was asked for; `undefined` where that was not seen. A pool with a bound on its
 * connections makes a request once one is free, in the async context of whatever has freed it: what undici was asked
 * for, and in which call, has to be noted before.
 */
export function dispatchOf(request: object, note: NoteQueued): Dispatched | undefined {
  if (!classes.has(request.constructor)) {
    classes.add(request.constructor);
    watchDispatchers(note);
  }
  return dispatching;
}

/** Reaches the dispatchers of all copies of undici: by the process's own, and by those that were loaded as packages. */
function watchDispatchers(note: NoteQueued): void {
  const standing = standingDispatcher();
  if (standing !== undefined) watchBase(standing, note);
  for (const [file, loaded] of Object.entries(createRequire(`${process.cwd()}/`).cache)) {
    if (!BASE.test(file)) continue;
    const { prototype } = (loaded?.exports ?? {}) as { readonly prototype?: unknown };
    if (isObject(prototype)) watchBase(prototype, note);
  }
}

function watchBase(dispatcher: object, note: NoteQueued): void {
  let base: object | null = dispatcher;
  while (base !== null && !Object.hasOwn(base, 'dispatch')) base = Reflect.getPrototypeOf(base);
  if (base === null || watchedBases.has(base)) return;
  watchedBases.add(base);
  const own = base as { dispatch: Dispatch };
  own.dispatch = watched(own.dispatch, note);
}

function watched(dispatch: Dispatch, note: NoteQueued): Dispatch {
  return function (options, handler) {
    const around = dispatching;
    const entry = entryOf(handler, around);
    dispatching = entry;
    let goesOn: unknown;
    try {
      goesOn = dispatch.call(this, options, handler);
    } finally {
      dispatching = around;
    }
    if (goesOn === false && !entry.isMade && isObject(handler) && isQueueing(this)) {
      queued.set(handler, entry);
      if (entry.watched !== undefined) entry.noted ??= note(entry.watched, options);
    }
    return goesOn;
  };
}

/** One dispatcher hands a request on to the next, and a queue to the one that has become free. */
function entryOf(handler: unknown, around: Dispatched | undefined): Dispatched {
  if (around !== undefined && around.handler === handler) return around;
  const waiting = isObject(handler) ? queued.get(handler) : undefined;
  return waiting ?? { handler, watched: watchedCall(), isMade: false, noted: undefined };
}

/** Whether requests wait in it. Source: undici, "Class: PoolStats". */
function isQueueing(dispatcher: unknown): boolean {
  const { stats } = dispatcher as { readonly stats?: { readonly queued?: unknown } };
  return typeof stats?.queued === 'number' && stats.queued > 0;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
