import { ResilienceConfigurationError } from '@breakwater/core';
import type { EventPattern } from './event-pattern.js';
import { webhookEventsOf } from './webhook-events.js';

/** A handler as Nest gives it to the HTTP server: guards, interceptors, pipes and filters included. */
export type RouteHandler = (...args: unknown[]) => unknown;

interface Entry {
  /** `undefined` where it takes what no other handler of the endpoint does. */
  readonly events: readonly EventPattern[] | undefined;
  readonly handle: RouteHandler;
}

/** The handlers of one endpoint, told apart by the events that they receive. */
export class EventHandlers {
  private readonly entries: Entry[] = [];

  constructor(private readonly endpoint: string) {}

  get first(): RouteHandler {
    return this.entries[0]!.handle;
  }

  /** Whether a further handler of the endpoint can be told from those that are there. */
  takes(handle: RouteHandler): boolean {
    return [...this.entries.map((entry) => entry.events), webhookEventsOf(handle)].some(
      (events) => events !== undefined,
    );
  }

  add(handle: RouteHandler): void {
    const events = webhookEventsOf(handle);
    for (const { text } of events ?? []) {
      if (this.entries.some((entry) => entry.events?.some((standing) => standing.text === text))) {
        throw new ResilienceConfigurationError([
          {
            path: `${this.endpoint} (events '${text}')`,
            message: 'two handlers receive these events: name them in one',
          },
        ]);
      }
    }
    this.entries.push({ events, handle });
  }

  /** The handler of an event; `undefined` where none receives it. */
  handlerOf(type: string | undefined): RouteHandler | undefined {
    let best: { readonly precision: number; readonly handle: RouteHandler } | undefined;
    for (const { events, handle } of this.entries) {
      for (const precision of events === undefined ? [-1] : precisionsOf(events, type)) {
        if (best === undefined || precision > best.precision) best = { precision, handle };
      }
    }
    return best?.handle;
  }
}

function precisionsOf(events: readonly EventPattern[], type: string | undefined): readonly number[] {
  return type === undefined ? [] : events.filter((event) => event.matches(type)).map(({ precision }) => precision);
}
