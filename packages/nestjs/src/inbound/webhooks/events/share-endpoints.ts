import 'reflect-metadata';
import { VERSION_METADATA } from '@nestjs/common/constants.js';
import { isWebhookRoute } from '../raw-body/webhook-route-mark.js';
import { routeVerbs } from '../raw-body/route-verbs.js';
import { EventHandlers, type RouteHandler } from './event-handlers.js';
import { shareHandlers } from './handlers-of-request.js';

/**
 * Lets several handlers of webhooks have one path: the HTTP server is given the first of them, in whose place the one
 * that receives the event goes on once the webhook has been verified.
 */
export function shareEndpoints(adapter: object): void {
  const endpoints = new Map<string, EventHandlers>();
  const methods = adapter as Record<string, unknown>;
  for (const verb of routeVerbs) {
    const register = methods[verb];
    if (typeof register !== 'function') continue;
    methods[verb] = (...args: unknown[]): unknown => {
      const [path, handle] = args as [unknown, RouteHandler];
      if (args.length !== 2 || !isWebhookRoute(handle)) return register.apply(adapter, args) as unknown;
      const version: unknown =
        Reflect.getMetadata(VERSION_METADATA, handle) ?? (handle as { version?: unknown }).version;
      const id = JSON.stringify([verb, path, version]);
      const standing = endpoints.get(id);
      if (standing?.takes(handle)) return standing.add(handle);
      const handlers = new EventHandlers(String(path));
      handlers.add(handle);
      endpoints.set(id, handlers);
      return register.call(adapter, path, dispatcherOf(handlers, handle)) as unknown;
    };
  }
}

/** Stands in the place of its first handler, with everything that Nest and its adapters have put onto that. */
function dispatcherOf(handlers: EventHandlers, first: RouteHandler): RouteHandler {
  const dispatch: RouteHandler = (...args) => {
    const request = args[0] as { raw?: object };
    shareHandlers(request.raw ?? request, handlers);
    return first(...args);
  };
  for (const key of Reflect.getMetadataKeys(first) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, first), dispatch);
  }
  return Object.defineProperty(Object.assign(dispatch, first), 'name', { value: first.name });
}
