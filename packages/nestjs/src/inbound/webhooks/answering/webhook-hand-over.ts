import type { RouteHandler } from '../events/event-handlers.js';

/**
 * Ends the way of a request to one handler: another one of the endpoint receives the event. Thrown by the guard, caught
 * by the filter.
 */
export class WebhookHandOver extends Error {
  constructor(readonly handler: RouteHandler) {
    super('another handler receives this webhook');
  }
}
