import type { Adapter } from './when-adapter-known.js';
import { routeVerbs } from './route-verbs.js';
import { isWebhookRoute } from './webhook-route-mark.js';

export interface FastifyAdapterLike extends Adapter {
  getInstance(): FastifyLike;
}

/** The part of Fastify that matters here. */
interface FastifyLike {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    parser: (request: FastifyRequestLike, payload: unknown, done: Done) => void,
  ): unknown;
  addHook(name: 'onRoute', hook: (route: RouteLike) => void): unknown;
}

interface FastifyRequestLike {
  headers: Record<string, string | string[] | undefined>;
}

interface RouteLike {
  readonly handler: unknown;
  preParsing?: unknown;
}

type Done = (error: Error | null, value?: unknown) => void;
type PreParsing = (request: FastifyRequestLike, reply: unknown, payload: unknown, done: Done) => void;

/** A type that no request has: its parser reads nothing. */
const UNREAD = 'application/vnd.breakwater.unread';

/** Has Fastify parse nothing on webhook routes, where it would refuse most types with 415. */
export function leaveUnreadOnFastify(adapter: FastifyAdapterLike): void {
  const fastify = adapter.getInstance();
  if (fastify.hasContentTypeParser(UNREAD)) return;
  fastify.addContentTypeParser(UNREAD, (request, _payload, done) => {
    // Takes the override back: handlers see the type that was sent.
    request.headers = {};
    done(null);
  });
  const preParsing: PreParsing = (request, _reply, payload, done) => {
    request.headers = { 'content-type': UNREAD };
    done(null, payload);
  };
  const registersWebhook = watchRegistrations(adapter);
  fastify.addHook('onRoute', (route) => {
    if (!registersWebhook() && !isWebhookRoute(route.handler)) return;
    const standing = route.preParsing === undefined ? [] : [route.preParsing].flat();
    route.preParsing = [...standing, preParsing];
  });
}

/**
 * Whether the route that the adapter registers at this moment serves webhooks. Nest's adapter wraps handlers of routes
 * with parameters, and the wrapper does not have what stands on the handler.
 */
function watchRegistrations(adapter: object): () => boolean {
  let isWebhook = false;
  const methods = adapter as Record<string, unknown>;
  for (const verb of routeVerbs) {
    const register = methods[verb];
    if (typeof register !== 'function') continue;
    methods[verb] = (...args: unknown[]): unknown => {
      isWebhook = isWebhookRoute(args.at(-1));
      try {
        return register.apply(adapter, args) as unknown;
      } finally {
        isWebhook = false;
      }
    };
  }
  return () => isWebhook;
}
