import { isSafe } from '../outcome/request-method.js';
import type { RequestNature } from '../outcome/request-nature.js';
import type { CarriedKey } from '../engine/requests/carried-key.js';
import type { LiveCall } from '../engine/live-call.js';
import type { HttpSettings, ProviderHttp } from './provider-http.js';

/** A header of a request to a provider. */
export interface RequestHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it takes the place of one that the caller has set. */
  readonly replaces: boolean;
  /** Whether it is the provider's credential, and another may be had once it is refused. */
  readonly renewable?: boolean;
}

/** A request and the call that sends it. */
export interface RequestOfCall {
  readonly provider: string;
  readonly method: string;
  readonly call: LiveCall | undefined;
  readonly nature?: RequestNature | undefined;
}

/**
 * The headers that a request to a provider carries beside the caller's: the configured ones, the credential, and the
 * idempotency key of `call` where it is this provider's. The strongest come last.
 */
export function requestHeaders(
  http: ProviderHttp,
  settings: HttpSettings,
  { provider, method, call, nature }: RequestOfCall,
): readonly RequestHeader[] {
  const headers: RequestHeader[] = Object.entries(settings.headers ?? {}).map(([name, value]) => ({
    name,
    value,
    replaces: false,
  }));
  const credential = http.credential();
  if (credential !== undefined) headers.push({ ...credential, replaces: false });
  const key = requestKey(call, { provider, method, nature });
  if (key?.header !== undefined) headers.push({ name: key.header, value: key.value, replaces: key.replace === true });
  return headers;
}

/** The key that a request to a provider carries; `undefined` where it needs none, or the call is another provider's. */
export function requestKey(
  call: LiveCall | undefined,
  { provider, method, nature }: { provider: string; method: string; nature?: RequestNature | undefined },
): CarriedKey | undefined {
  const needsKey = !isSafe(method) && nature?.repeatable !== true;
  return call?.provider === provider && needsKey ? call.carriedKey : undefined;
}
