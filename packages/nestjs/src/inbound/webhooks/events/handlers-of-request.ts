import type { EventHandlers } from './event-handlers.js';

const shared = new WeakMap<object, EventHandlers>();

/** Notes that the endpoint of a request has several handlers. */
export function shareHandlers(raw: object, handlers: EventHandlers): void {
  shared.set(raw, handlers);
}

/** The handlers that share the endpoint of a request; `undefined` where one handler has it alone. */
export function handlersOfRequest(raw: object): EventHandlers | undefined {
  return shared.get(raw);
}
