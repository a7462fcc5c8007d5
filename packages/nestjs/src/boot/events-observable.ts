import type { Clock, ResilienceEvent } from '@breakwater/core';
import { callbackReports, type EventHub } from '@breakwater/core/adapter';
import type { Observable } from 'rxjs';
import { GuardedObservable } from './guarded-observable.js';

/** The events of all providers. A subscriber that throws is reported by `callback.failed`, and harms nothing. */
export function eventsObservable(hub: EventHub<ResilienceEvent>, clock: Clock): Observable<ResilienceEvent> {
  let told: ResilienceEvent | undefined;
  const report = callbackReports(clock, (type, detail, operation) => {
    // With the provider whose event the subscriber has failed at.
    const event = { type, detail, operation, provider: told?.provider ?? 'events$', at: clock.wallNow() };
    hub.emit(event as ResilienceEvent);
  });
  return new GuardedObservable<ResilienceEvent>(
    (error) => report('events$', error, told?.operation),
    (subscriber) =>
      hub.on((event) => {
        told = event;
        subscriber.next(event);
      }),
  );
}
