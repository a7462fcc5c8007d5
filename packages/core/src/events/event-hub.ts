/** Something that happened in the engine. */
export interface ResilienceEvent {
  /** The policy and what happened to it, such as `'circuitBreaker.opened'` or `'retry.scheduled'`. */
  readonly type: string;
  readonly provider: string;
  readonly operation?: string | undefined;
  /** When, in the clock's epoch milliseconds. */
  readonly at: number;
  /** What belongs to this type of event. Plain JSON; never an argument, a key or a secret. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Tells whoever listens. Costs next to nothing when nobody does. */
export type Emit = (type: string, detail?: Readonly<Record<string, unknown>>, operation?: string) => void;

export type EventListener = (event: ResilienceEvent) => void;

/** How many events may come of one, before listeners that answer every event with another are taken to go on for ever. */
const MOST_AT_ONCE = 100_000;

/**
 * Where a provider's events meet their listeners. A listener that throws or rejects harms neither the call nor the others. What comes of
 * listening is told once everybody was told of the event before, so that all hear of everything in the order in which it happened.
 */
export class EventHub {
  private listeners: readonly { readonly tell: EventListener }[] = [];
  /** What is being told, and what came of it. */
  private telling: ResilienceEvent[] | undefined;

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  get listening(): boolean {
    return this.listeners.length > 0;
  }

  on(listener: EventListener): () => void {
    const added = { tell: listener };
    this.listeners = [...this.listeners, added];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== added);
    };
  }

  emit(event: ResilienceEvent): void {
    if (this.telling === undefined) this.tellInOrder([event]);
    else if (this.telling.length < MOST_AT_ONCE) this.telling.push(event);
    else this.onListenerError(new Error(`${event.type} is not told: listeners make events of events without end`));
  }

  private tellInOrder(events: ResilienceEvent[]): void {
    this.telling = events;
    try {
      for (const event of events) this.tell(event);
    } finally {
      this.telling = undefined;
    }
  }

  private tell(event: ResilienceEvent): void {
    for (const { tell } of this.listeners) {
      try {
        const done: unknown = tell(event);
        if (done instanceof Promise) done.catch(this.onListenerError);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
