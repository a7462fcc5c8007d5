import { isWebhookRoute } from './webhook-route-mark.js';

/** The part of Fastify that matters here. */
export interface FastifyLike {
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

/**
 * Has Fastify leave the bodies of webhooks in the stream, for the guard to read: it would refuse most types with 415, and others
 * it would parse before anybody knows who sent them. Other routes are not touched.
 */
export function leaveWebhooksUnread(fastify: FastifyLike): void {
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
  fastify.addHook('onRoute', (route) => {
    if (!isWebhookRoute(route.handler)) return;
    const standing = route.preParsing === undefined ? [] : [route.preParsing].flat();
    route.preParsing = [...standing, preParsing];
  });
}
