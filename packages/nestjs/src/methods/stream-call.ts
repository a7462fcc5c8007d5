import type { Call } from '@breakwater/core';
import { callerContext, type LiveCall } from '@breakwater/core/adapter';
import { isObservable, Observable, Subject, takeUntil } from 'rxjs';

/** Marks a stream that completed without a value of its own to return. */
const COMPLETED = Symbol('completed');

/**
 * Runs a method that returns an Observable under its policies: once per subscription, and again for every retry until
 * it has emitted. It succeeds when it completes, or when a subscriber that has got a value unsubscribes; one that
 * unsubscribes before aborts the call. A value in its place, from a fallback, is emitted.
 */
export function streamCall(
  run: (work: (call: Call) => Promise<unknown>, signal: AbortSignal) => Promise<unknown>,
  stream: () => Observable<unknown>,
): Observable<unknown> {
  return new Observable((subscriber) => {
    const unsubscribed = new AbortController();
    const outside = callerContext();
    const emit = (value: unknown) => subscriber.next(value);
    const stop = new Subject<void>();
    let emitting: LiveCall | undefined;
    // Before the source is subscribed to, which may emit all that is wanted, and more, at once.
    subscriber.add(() => {
      if (emitting === undefined) return unsubscribed.abort(new Error('unsubscribed'));
      stop.next();
      // Not left to the promise: who got the value may call again before it is settled.
      emitting.finish(COMPLETED);
    });
    const work = (call: Call) =>
      new Promise<unknown>((resolve, reject) => {
        const abandon = () => {
          reject(call.signal.reason);
          stop.next();
        };
        call.signal.addEventListener('abort', abandon, { once: true });
        const next = (value: unknown) => {
          emitting = call as LiveCall;
          emitting.partlyDelivered = true;
          outside(emit, value);
        };
        const source = stream().pipe(takeUntil(stop));
        source.subscribe({ next, error: reject, complete: () => resolve(COMPLETED) });
      });
    run(work, unsubscribed.signal).then(
      (result) => {
        if (isObservable(result)) return void subscriber.add(result.subscribe(subscriber));
        if (result !== COMPLETED) subscriber.next(result);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  });
}
