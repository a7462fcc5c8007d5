import type { EventHub } from '../events/event-hub.js';
import type { EventType, ResilienceEvent } from '../policies/policy-telemetry.js';
import type { ResilientProvider } from '../provider/resilient-provider.js';

/** The events of a provider or a hub from now on, in the order in which they came. */
export class RecordedEvents {
  readonly all: ResilienceEvent[] = [];
  /** Records no more. */
  readonly stop: () => void;

  constructor(hub: EventHub<ResilienceEvent>) {
    this.stop = hub.on((event) => this.all.push(event));
  }

  /** Their types, such as `'circuitBreaker.opened'`. */
  get types(): readonly string[] {
    return this.all.map(({ type }) => type);
  }

  ofType<Type extends EventType>(type: Type): readonly Extract<ResilienceEvent, { type: Type }>[] {
    return this.all.filter((event): event is Extract<ResilienceEvent, { type: Type }> => event.type === type);
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.all.length = 0;
  }
}

/** Collects the events of a provider, or of all that share a hub. */
export function recordEvents(source: ResilientProvider | EventHub<ResilienceEvent>): RecordedEvents {
  return new RecordedEvents('events' in source ? source.events : source);
}
