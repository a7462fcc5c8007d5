import { describe, expect, it, jest } from '@jest/globals';
import type { ResilienceEvent } from '@breakwater/core';
import { EventHub } from '@breakwater/core/adapter';
import { TestClock } from '@breakwater/core/testing';
import { bufferCount, config, filter, map, mergeMap, of } from 'rxjs';
import { eventsObservable } from './events-observable.js';

const EVENT: ResilienceEvent = { type: 'fallback.used', provider: 'payments', at: 0, detail: { error: 'Error' } };

function boom(): never {
  throw new Error('a bug in the metrics');
}

function bench() {
  const clock = new TestClock();
  const hub = new EventHub<ResilienceEvent>();
  const told: ResilienceEvent[] = [];
  hub.on((event) => void told.push(event));
  return { clock, hub, told, events$: eventsObservable(hub, clock) };
}

describe('events$', () => {
  it.each<[string, (events$: ReturnType<typeof eventsObservable>) => unknown]>([
    ['a function', (events$) => events$.subscribe(boom)],
    ['an observer', (events$) => events$.subscribe({ next: boom })],
    ['a promise', (events$) => events$.subscribe((async () => boom()) as () => void)],
    ['what follows operators', (events$) => events$.pipe(filter(Boolean), map(String)).subscribe(boom)],
    [
      'what follows inner observables',
      (events$) =>
        events$
          .pipe(
            mergeMap((e) => of(e)),
            bufferCount(1),
          )
          .subscribe(boom),
    ],
    ['an operator', (events$) => events$.pipe(map(boom)).subscribe()],
    ['an error handler', (events$) => events$.pipe(map(boom)).subscribe({ error: boom })],
  ])('says so once where %s throws, and raises no uncaught exception', async (_what, subscribe) => {
    const unhandled = jest.fn();
    config.onUnhandledError = unhandled;
    try {
      const { hub, told, events$ } = bench();
      subscribe(events$);
      hub.emit(EVENT);
      hub.emit(EVENT);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 0));
      expect(unhandled).not.toHaveBeenCalled();
      expect(told.filter(({ type }) => type === 'fallback.used')).toHaveLength(2);
      expect(told.filter(({ type }) => type === 'callback.failed')).toMatchObject([
        { provider: 'payments', detail: { callback: 'events$', reason: 'a bug in the metrics' } },
      ]);
    } finally {
      config.onUnhandledError = null;
    }
  });

  it('tells a subscriber of later events although it has thrown, and nothing more once it has unsubscribed', () => {
    const { hub, events$ } = bench();
    let told = 0;
    const subscription = events$.subscribe(() => {
      told++;
      boom();
    });
    hub.emit(EVENT);
    const before = told;
    hub.emit(EVENT);
    expect(told).toBe(before + 1);
    subscription.unsubscribe();
    hub.emit(EVENT);
    expect(told).toBe(before + 1);
  });

  it('hands an error on to the subscriber who asks for errors', () => {
    const { hub, told, events$ } = bench();
    const errors: unknown[] = [];
    events$.pipe(map(boom)).subscribe({ error: (error) => errors.push(error) });
    hub.emit(EVENT);
    expect(errors).toEqual([new Error('a bug in the metrics')]);
    expect(told).toEqual([EVENT]);
  });
});
