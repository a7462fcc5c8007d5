import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';

/**
 * An Observable whose subscribers may throw: `onFailure` is told, and they go on. Otherwise RxJS raises what they throw
 * as an uncaught exception, which ends the process. The same holds for what operators make of it, and for an operator
 * that throws without an error handler behind it: that ends its subscription.
 */
export class GuardedObservable<T> extends Observable<T> {
  constructor(
    private readonly onFailure: (error: unknown) => void,
    produce?: (subscriber: Subscriber<T>) => () => void,
  ) {
    super(produce);
  }

  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new GuardedObservable<R>(this.onFailure);
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator's own subscriber hands on what it catches.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const isObserver = typeof observerOrNext === 'object' && observerOrNext !== null;
    const observer = isObserver
      ? observerOrNext
      : { ...(observerOrNext && { next: observerOrNext }), ...(error && { error }), ...(complete && { complete }) };
    return super.subscribe({
      next: (value) => this.guarded(() => observer.next?.(value)),
      error: (failure) =>
        observer.error === undefined ? this.onFailure(failure) : this.guarded(() => observer.error!(failure)),
      complete: () => this.guarded(() => observer.complete?.()),
    });
  }

  private guarded(run: () => unknown): void {
    try {
      const done = run();
      if (done instanceof Promise) done.catch(this.onFailure);
    } catch (failure) {
      this.onFailure(failure);
    }
  }
}
