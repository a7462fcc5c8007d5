import type { WebhookRequest } from '@breakwater/webhooks';
import type { UnverifiedWebhook } from '../secrets/unverified-webhook.js';
import { formOf } from './form-of.js';
import { charsetOf, isJson, mediaType } from './media-type.js';
import type { WebhookExchange } from './webhook-exchange.js';

/** The view of a request before it is verified. The body is parsed when it is first asked for. */
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
