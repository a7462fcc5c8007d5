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

/** Where a provider's events meet their listeners. A listener that throws or rejects harms neither the call nor the others. */
export class EventHub {
  private listeners: readonly EventListener[] = [];

  constructor(private readonly onListenerError: (error: unknown) => void = () => undefined) {}

  get listening(): boolean {
    return this.listeners.length > 0;
  }

  on(listener: EventListener): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener);
    };
  }

  emit(event: ResilienceEvent): void {
    for (const listener of this.listeners) {
      try {
        const done: unknown = listener(event);
        if (done instanceof Promise) done.catch(this.onListenerError);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
