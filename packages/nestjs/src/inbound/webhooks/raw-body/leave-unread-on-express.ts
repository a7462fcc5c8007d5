import type { IncomingMessage } from 'node:http';
import type { RequestLog } from '../../../operations/logging/request-log.js';
import type { Adapter } from './when-adapter-known.js';
import { WebhookLayers, type RouterLike } from './webhook-layers.js';

export interface ExpressAdapterLike extends Adapter {
  getInstance(): ExpressLike;
}

interface ExpressLike {
  readonly router: RouterLike;
  use(handler: Middleware | ErrorMiddleware): unknown;
}

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: unknown, next: Next) => void;
type ErrorMiddleware = (error: unknown, request: IncomingMessage, response: unknown, next: Next) => void;

/**
 * Has Nest's parsers on Express pass over webhook routes: while they run, such a request has no type that they know.
 * Parsers that the application registered before are not kept from reading; what they refuse is logged. Returns what
 * tells the webhook routes that cannot be passed over, once the routes are registered.
 */
export function leaveUnreadOnExpress(adapter: ExpressAdapterLike, log: RequestLog): () => readonly string[] {
  let shared: () => readonly string[] = () => [];
  const register = adapter.registerParserMiddleware.bind(adapter);
  adapter.registerParserMiddleware = (prefix, rawBody) => {
    const express = adapter.getInstance();
    const layers = new WebhookLayers(express.router);
    shared = () => layers.shared();
    const hidden = new WeakMap<IncomingMessage, string>();
    express.use(function hideWebhooks(request, _response, next: Next) {
      const type = request.headers['content-type'];
      if (type !== undefined && layers.serve(request)) {
        hidden.set(request, type);
        delete request.headers['content-type'];
      }
      next();
    } satisfies Middleware);
    const registered = register(prefix, rawBody);
    express.use(function showWebhooks(request, _response, next: Next) {
      const type = hidden.get(request);
      if (type !== undefined) request.headers['content-type'] = type;
      next();
    } satisfies Middleware);
    express.use(function logRefusedWebhooks(error, request, _response, next: Next) {
      if (layers.serve(request)) {
        const refused = `Webhook at ${pathOf(request)} refused by a parser of the application: ${String(error)}`;
        log.write('warn', 'parser', refused);
      }
      next(error);
    } satisfies ErrorMiddleware);
    return registered;
  };
  return () => shared();
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return JSON.stringify(url.split('?', 1)[0]);
}
