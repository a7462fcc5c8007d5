import type { LiveCall } from '../engine/live-call.js';
import type { HttpSettings, ProviderHttp } from './provider-http.js';

/** Methods that change nothing, so that no key is needed to repeat them (RFC 9110 §9.2.1). */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** A header of a request to a provider. */
export interface RequestHeader {
  readonly name: string;
  readonly value: string;
  /** Whether it takes the place of one that the caller has set. */
  readonly replaces: boolean;
}

/**
 * The headers that a request to a provider carries beside the caller's: the configured ones, the credential, and the
 * idempotency key of `call` where it is this provider's. The strongest come last.
 */
export function requestHeaders(
  http: ProviderHttp,
  settings: HttpSettings,
  { provider, method, call }: { provider: string; method: string; call: LiveCall | undefined },
): readonly RequestHeader[] {
  const headers: RequestHeader[] = Object.entries(settings.headers ?? {}).map(([name, value]) => ({
    name,
    value,
    replaces: false,
  }));
  const credential = http.credential();
  if (credential !== undefined) headers.push({ ...credential, replaces: false });
  const key = call?.provider === provider && !SAFE.has(method) ? call.carriedKey : undefined;
  if (key !== undefined) headers.push({ name: key.header, value: key.value, replaces: key.replace === true });
  return headers;
}
