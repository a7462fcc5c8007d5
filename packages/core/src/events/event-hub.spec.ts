import { describe, expect, it } from '@jest/globals';
import type { EventType, ResilienceEvent } from '../policies/policy-telemetry.js';
import { EventHub as Hub } from './event-hub.js';
import { turn } from '../testing/calls.fixture.js';
import { recordEvents } from '../testing/record-events.js';

const detail = { attempt: 1, outcome: 'unknown', waitMs: 0 };
const EVENT = eventOf('retry.scheduled');

function eventOf(type: EventType): ResilienceEvent {
  return { type, provider: 'payments', at: 0, detail } as unknown as ResilienceEvent;
}

class EventHub extends Hub<ResilienceEvent> {}

describe('EventHub', () => {
  it('tells every listener until it stops listening', () => {
    const hub = new EventHub();
    const [a, b] = [recordEvents(hub), recordEvents(hub)];
    hub.emit(EVENT);
    a.stop();
    hub.emit(EVENT);
    expect([a.all.length, b.all.length]).toEqual([1, 2]);
    b.stop();
    expect(hub.listening).toBe(false);
  });

  it('isolates listeners that throw or reject from each other and from the call, and reports them', async () => {
    const reported: unknown[] = [];
    const hub = new EventHub((error) => reported.push(error));
    hub.on(() => {
      throw new Error('thrown');
    });
    hub.on((async () => {
      throw new Error('rejected');
    }) as () => void);
    const last = recordEvents(hub);
    hub.emit(EVENT);
    await turn();
    expect(last.types).toEqual(['retry.scheduled', 'callback.failed', 'callback.failed']);
    expect(reported.slice(0, 2)).toEqual([new Error('thrown'), new Error('thrown')]);
  });

  it('lets listeners come and go while they are told', () => {
    const hub = new EventHub();
    const stop = hub.on(() => {
      stop();
      hub.on(() => undefined);
    });
    const after = recordEvents(hub);
    hub.emit(EVENT);
    hub.emit(EVENT);
    expect(after.all).toHaveLength(2);
  });

  it('tells all listeners in the order in which things happened, also what a listener brings about', () => {
    const hub = new EventHub();
    hub.on(({ type }) => {
      if (type === 'circuitBreaker.opened') hub.emit(eventOf('circuitBreaker.closed'));
    });
    const after = recordEvents(hub);
    hub.emit(eventOf('circuitBreaker.opened'));
    expect(after.types).toEqual(['circuitBreaker.opened', 'circuitBreaker.closed']);
  });

  it('ends, and says so, when a listener answers every event with another', () => {
    const reported: unknown[] = [];
    const hub = new EventHub((error) => reported.push(error));
    hub.on((event) => hub.emit(event));
    const after = recordEvents(hub);
    hub.emit(EVENT);
    expect(after.all).toHaveLength(100_000);
    expect(reported).toEqual([new Error('retry.scheduled is not told: listeners make events of events without end')]);
    after.clear();
    hub.emit(EVENT);
    expect(after.all).toHaveLength(100_000);
  });

  it('knows a function that listens twice as two listeners', () => {
    const hub = new EventHub();
    let told = 0;
    const count = () => void told++;
    const stop = hub.on(count);
    hub.on(count);
    hub.emit(EVENT);
    stop();
    stop();
    hub.emit(EVENT);
    expect(told).toBe(3);
  });

  it('records by type, and forgets when told to', () => {
    const hub = new EventHub();
    const events = recordEvents(hub);
    hub.emit(EVENT);
    hub.emit(eventOf('fallback.used'));
    expect(events.types).toEqual(['retry.scheduled', 'fallback.used']);
    expect(events.ofType('fallback.used')).toHaveLength(1);
    events.clear();
    expect(events.all).toEqual([]);
  });
});
