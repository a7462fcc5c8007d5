import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DashboardRequest } from '../dashboard.options.js';

/** A request and its response as Node has them, under Express and Fastify. */
export interface Exchange {
  readonly request: DashboardRequest;
  readonly raw: IncomingMessage;
  readonly response: ServerResponse;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  hijack(): void;
}

/** Takes a response over from the framework. */
export function takeOver(request: object, reply: object): Exchange {
  const raw = (request as { raw?: IncomingMessage }).raw ?? (request as IncomingMessage);
  if (!('hijack' in reply)) {
    return { request: request as unknown as DashboardRequest, raw, response: reply as ServerResponse };
  }
  (reply as FastifyReply).hijack();
  return { request: request as unknown as DashboardRequest, raw, response: (reply as FastifyReply).raw };
}

/**
 * The headers of every answer: nothing is framed, guessed, cached on the way, or told to other sites; scripts, styles
 * and connections are the page's own. Set last, so that they hold beside helmet.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy("'none'"),
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** `frameAncestors`: sources of the directive of this name. */
export function contentSecurityPolicy(frameAncestors: string): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${frameAncestors}`;
}

/** Answers in full. */
export function answer(
  { response }: Pick<Exchange, 'response'>,
  status: number,
  { headers = {}, body = '' }: { headers?: Readonly<Record<string, string>>; body?: string | Buffer } = {},
): void {
  open({ response }, status, {
    'Cache-Control': 'no-store',
    'Content-Length': `${Buffer.byteLength(body)}`,
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Begins an answer. Takes back whatever the application's CORS settings have allowed other origins. */
export function open(
  { response }: Pick<Exchange, 'response'>,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  for (const name of response.getHeaderNames()) {
    if (name.startsWith('access-control-')) response.removeHeader(name);
  }
  const all = { ...HEADERS, ...headers };
  // Browsers that know `frame-ancestors` ignore it; it cannot name origins, so that framed pages do without.
  if (all['Content-Security-Policy'] === HEADERS['Content-Security-Policy']) all['X-Frame-Options'] = 'DENY';
  else response.removeHeader('X-Frame-Options');
  response.writeHead(status, all);
}

export function answerJson(exchange: Pick<Exchange, 'response'>, status: number, value: unknown): void {
  answer(exchange, status, {
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify(value),
  });
}
