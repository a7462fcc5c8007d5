import type { LiveCall } from '../engine/live-call.js';
import { isSafe } from '../outcome/request-method.js';
import type { RequestNature } from '../outcome/request-nature.js';
import type { KeyUse } from './key-use.js';
import type { OutgoingRequest } from './outgoing-request.js';

interface RequestOfCall {
  readonly request: OutgoingRequest;
  readonly call: LiveCall | undefined;
  readonly nature: RequestNature | undefined;
}

/**
 * Takes the key of its call out of a request to which it does not belong, and returns whether it has. Throws a
 * `RequestAmbiguousError` where the request may not be sent.
 */
export function withholdsKey(keyUse: KeyUse, { request, call, nature }: RequestOfCall): boolean {
  if (isSafe(request.method) || !request.isToProvider) return false;
  // The client knows better.
  if (nature?.repeatable === true || nature?.carriesKey === true) return false;
  const carriesKey = request.carriesCallKey;
  if (carriesKey === undefined) return false;
  const { method, url, body } = request;
  const asked = { call, carriesKey, method, url: url.href, body, origin: () => url.origin };
  if (keyUse.mayCarryKey(asked) || !carriesKey) return false;
  request.withholdKey();
  return true;
}
