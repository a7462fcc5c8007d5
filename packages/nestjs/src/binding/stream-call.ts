import type { Call } from '@breakwater/core';
import { isObservable, Observable } from 'rxjs';

/** What a stream that ended by itself leaves: everything it had to say has been said. */
const COMPLETED = Symbol('completed');

/**
 * Runs a method that returns an Observable under its policies: once per subscription, and again for every retry. It succeeds
 * when it completes; whoever unsubscribes gives the call up. A value in its place, from a fallback, is emitted.
 */
export function streamCall(
  run: (work: (call: Call) => Promise<unknown>, signal: AbortSignal) => Promise<unknown>,
  stream: () => Observable<unknown>,
): Observable<unknown> {
  return new Observable((subscriber) => {
    const subscription = new AbortController();
    const work = (call: Call) =>
      new Promise<unknown>((resolve, reject) => {
        const inner = stream().subscribe({
          next: (value) => subscriber.next(value),
          error: reject,
          complete: () => resolve(COMPLETED),
        });
        call.signal.addEventListener(
          'abort',
          () => {
            inner.unsubscribe();
            reject(call.signal.reason);
          },
          { once: true },
        );
      });
    run(work, subscription.signal).then(
      (result) => {
        if (isObservable(result)) return void subscriber.add(result.subscribe(subscriber));
        if (result !== COMPLETED) subscriber.next(result);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
    return () => subscription.abort(new Error('unsubscribed'));
  });
}
