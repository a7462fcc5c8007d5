import { charsetOf, isJson, mediaType } from '../receiving/media-type.js';
import { formOf } from '../receiving/form-of.js';
import type { WebhookExchange } from '../receiving/webhook-exchange.js';
import type { WebhookRequest } from '@breakwater/webhooks';

/** A request whose signature has not been checked yet: enough to tell whose secret it is to be checked with. */
export interface UnverifiedWebhook {
  /** The provider's name in the settings. */
  readonly provider: string;
  readonly method: string;
  /** Path and query as they were called. */
  readonly url: string;
  /** The host that was called, without its port. */
  readonly hostname: string;
  /** The parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** By lower-case name; several of one name are a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** JSON and forms parsed, anything else as text. */
  readonly body: unknown;
}

/** What can be told of a request before it is verified. The body is parsed when it is first asked for. */
export function unverifiedWebhook(
  provider: string,
  { request: from, raw }: WebhookExchange,
  request: WebhookRequest,
): UnverifiedWebhook {
  let parsed: { readonly body: unknown } | undefined;
  return {
    provider,
    method: request.method ?? 'POST',
    url: from.originalUrl ?? raw.url ?? '/',
    hostname: from.hostname ?? '',
    params: Object(from.params) as Record<string, string>,
    query: Object(from.query) as Record<string, unknown>,
    headers: request.headers as UnverifiedWebhook['headers'],
    get body() {
      return (parsed ??= { body: unverifiedContent(Buffer.from(request.body), raw.headers['content-type']) }).body;
    },
  };
}

function unverifiedContent(bytes: Buffer, contentType: string | undefined): unknown {
  const type = mediaType(contentType);
  const form = formOf(bytes, contentType);
  if (form !== undefined) return form;
  const text = bytes.toString(charsetOf(contentType) === 'iso-8859-1' ? 'latin1' : 'utf8');
  if (!isJson(type) && !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
