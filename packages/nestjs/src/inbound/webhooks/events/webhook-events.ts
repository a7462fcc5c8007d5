import 'reflect-metadata';
import { EventPattern } from './event-pattern.js';

const EVENTS = 'breakwater:webhook-events';

/** Has a handler receive the events of these names alone. */
export function setWebhookEvents(handler: object, events: string | readonly string[]): void {
  const names = [events].flat();
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name === '')) {
    throw new TypeError(`@Webhook: expected events to be names such as 'charge.*', got ${JSON.stringify(events)}`);
  }
  Reflect.defineMetadata(
    EVENTS,
    names.map((name) => new EventPattern(name)),
    handler,
  );
}

/** The events that a handler, or the function that Nest made of it, receives; `undefined` where it receives all. */
export function webhookEventsOf(handler: object): readonly EventPattern[] | undefined {
  return Reflect.getMetadata(EVENTS, handler) as readonly EventPattern[] | undefined;
}
