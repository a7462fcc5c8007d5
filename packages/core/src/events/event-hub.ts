import { messageOf } from '../errors/message-of.js';

/** Something that happened in the engine, of whatever type. */
export interface EmittedEvent {
  /** The policy and what happened to it, such as `'circuitBreaker.opened'` or `'retry.scheduled'`. */
  readonly type: string;
  readonly provider: string;
  readonly operation?: string | undefined;
  /** When, in the clock's epoch milliseconds. */
  readonly at: number;
  /** The fields of this type of event. Plain JSON; never an argument, a key or a secret. */
  readonly detail: object;
}

/**
 * How much an event matters: `debug` is business as usual, `warn` wants a look, `error` means that a promise was not
 * kept.
 */
export type EventLevel = 'debug' | 'info' | 'warn' | 'error';

/** The level of each of a policy's events. */
export type EventLevels<Events extends object> = { readonly [Type in keyof Events]: EventLevel };

/** Emits an event. Costs next to nothing while there is no listener. */
export type Emit = (type: string, detail: object, operation?: string) => void;

/** The same for one policy: `Events` are the details of its events, by type. */
export type EmitOf<Events extends object> = <Type extends keyof Events & string>(
  type: Type,
  detail: Events[Type],
  operation?: string,
) => void;

/** Is told of each event, in order. It may throw: that harms neither the call nor other listeners. */
export type EventListener<Event = EmittedEvent> = (event: Event) => void;

const MINUTE_MS = 60_000;

interface Listener<Event> {
  readonly tell: EventListener<Event>;
  /** When it was last said that it fails, in epoch milliseconds. */
  failedAt: number;
}

/**
 * How many events may follow from one, before listeners that answer every event with another are taken to go on for
 * ever.
 */
const MOST_AT_ONCE = 100_000;

/**
 * Where a provider's events meet their listeners. A listener that throws or rejects harms neither the call nor the
 * others. Events emitted by listeners are queued, so that every listener sees all events in the same order.
 */
export class EventHub<Event extends EmittedEvent = EmittedEvent> {
  private listeners: readonly Listener<Event>[] = [];
  /** The event that is being told, and those that followed from it. */
  private telling: Event[] | undefined;

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  get listening(): boolean {
    return this.listeners.length > 0;
  }

  on(listener: EventListener<Event>): () => void {
    const added: Listener<Event> = { tell: listener, failedAt: -Infinity };
    this.listeners = [...this.listeners, added];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== added);
    };
  }

  emit(event: Event): void {
    if (this.telling === undefined) this.tellInOrder([event]);
    else if (this.telling.length < MOST_AT_ONCE) this.telling.push(event);
    else this.onListenerError(new Error(`${event.type} is not told: listeners make events of events without end`));
  }

  private tellInOrder(events: Event[]): void {
    this.telling = events;
    try {
      for (const event of events) this.tell(event);
    } finally {
      this.telling = undefined;
    }
  }

  private tell(event: Event): void {
    for (const listener of this.listeners) {
      try {
        const done: unknown = listener.tell(event);
        if (done instanceof Promise) done.catch((error: unknown) => this.failed(listener, event, error));
      } catch (error) {
        this.failed(listener, event, error);
      }
    }
  }

  /** Tells the other listeners of one that fails: at first, and then once a minute. */
  private failed(listener: Listener<Event>, { provider, operation, at }: Event, error: unknown): void {
    this.onListenerError(error);
    // Wall time may be set back: then the minute is over, too.
    if (Math.abs(at - listener.failedAt) < MINUTE_MS) return;
    listener.failedAt = at;
    const detail = { callback: 'events.on', reason: messageOf(error) };
    const failure: EmittedEvent = { type: 'callback.failed', provider, operation, at, detail };
    this.emit(failure as Event);
  }
}
