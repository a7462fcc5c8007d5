import { IdempotencyKeyMissingError, IdempotencyPayloadError } from '@breakwater/core';
import { canonicalText, derivedKey } from '@breakwater/core/adapter';
import type { IdempotentRouteSettings, InboundRequest } from './idempotent-route.options.js';
import type { InboundExchange } from './inbound-exchange.js';
import { requestKey } from './request-key.js';
import type { KeyedRequest } from './route-ledger.js';

/** The name in a provider's place, in errors of inbound requests. */
const INBOUND = 'inbound';

/** A request by its key, as one key among all principals and routes. */
export interface IdentifiedRequest extends KeyedRequest {
  /** The same for each repetition of the request, and no other's: made of the client's key, principal and route. */
  readonly key: string;
}

/**
 * The request by its `Idempotency-Key`; `undefined` where it has none and needs none. Throws an
 * `IdempotencyKeyMissingError` (400) where it needs one, or has one that is none, and an `IdempotencyPayloadError`
 * (500) where its payload cannot be told from another.
 */
export function identifiedRequest(
  { request, raw, endpoint, handler }: InboundExchange,
  settings: IdempotentRouteSettings,
): IdentifiedRequest | undefined {
  const info = { provider: INBOUND, operation: handler };
  const found = requestKey(raw.headers['idempotency-key']);
  if (found === 'missing' && !settings.required) return undefined;
  if (typeof found === 'string') throw new IdempotencyKeyMissingError(info, found);
  const { scope = principalOf } = settings;
  const key = derivedKey(INBOUND, found.key, scope(request), request.method, endpoint);
  const fingerprint = () => canonicalText(settings.fingerprint?.(request) ?? payloadOf(request));
  try {
    return { key, recordKey: `route:${INBOUND}:${key}`, fingerprint: derivedKey(fingerprint()), info };
  } catch (cause) {
    throw new IdempotencyPayloadError({ ...info, cause });
  }
}

function principalOf({ user, headers }: InboundRequest): string {
  const { id, sub, userId } = Object(user) as Readonly<Record<string, unknown>>;
  const known = [id, sub, userId].find((each) => typeof each === 'string' || typeof each === 'number');
  return JSON.stringify(known === undefined ? { authorization: headers['authorization'] } : { user: known });
}

function payloadOf({ body, query, headers }: InboundRequest): unknown {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const isForm = String(headers['content-type']).startsWith('multipart/');
  if (hasBody && (body === undefined || isForm)) throw new TypeError('a body that is not read yet, or holds files');
  // Undefined and the empty object of a parser that found nothing are one.
  return { body: body ?? {}, query: query ?? {} };
}
