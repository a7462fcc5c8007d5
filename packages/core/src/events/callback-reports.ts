import { messageOf } from '../errors/message-of.js';
import type { Emit } from './event-hub.js';

const MINUTE_MS = 60_000;

/** Reports a function of the user that threw or returned what it may not, by its path in the settings. */
export type ReportCallback = (callback: string, error: unknown, operation?: string) => void;

/**
 * Emits `callback.failed` for each callback at first, and then once a minute: a broken one fails with every call. A
 * callback is named by its path in the settings, so there are never many.
 */
export function callbackReports(clock: { now(): number }, emit: Emit): ReportCallback {
  let toldAt: Map<string, number> | undefined;
  return (callback, error, operation) => {
    const now = clock.now();
    if (now - (toldAt?.get(callback) ?? -Infinity) < MINUTE_MS) return;
    (toldAt ??= new Map()).set(callback, now);
    emit('callback.failed', { callback, reason: messageOf(error) }, operation);
  };
}
