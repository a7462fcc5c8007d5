import 'reflect-metadata';
import { webhookHandlers } from '../webhook-uses.js';

const MARK = 'breakwater:webhook-route';

/**
 * Marks a controller's handlers of webhooks. Nest copies what stands on them to the functions that it gives to the HTTP
 * server.
 */
export function markWebhookRoutes(controller: object): void {
  for (const handler of webhookHandlers(controller)) Reflect.defineMetadata(MARK, true, handler);
}

/** Whether a function of the HTTP server serves a handler of webhooks. */
export function isWebhookRoute(handler: unknown): boolean {
  return typeof handler === 'function' && Reflect.getMetadata(MARK, handler) === true;
}
