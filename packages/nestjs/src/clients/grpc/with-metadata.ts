import type { RequestNature } from '@breakwater/core';
import { requestHeaders, setTraceHeaders } from '@breakwater/core/adapter';
import type { Metadata } from '@grpc/grpc-js';
import type { GrpcRequest } from './grpc-request.js';

/**
 * A copy of the metadata that also carries the headers that the provider's settings name, its credential, the call's
 * idempotency key and the running trace. An entry of the caller wins.
 */
export function withMetadata(given: Metadata, { provider, call }: GrpcRequest, nature: RequestNature): Metadata {
  // The caller may send the same object again, and the next call has another key.
  const metadata = given.clone();
  const settings = provider.http.settings() ?? {};
  const own = requestHeaders(provider.http, settings, { provider: provider.name, method: 'POST', call, nature });
  // The strongest come last.
  for (const { name, value, replaces } of own.toReversed()) {
    if (replaces || metadata.get(name).length === 0) metadata.set(name, value);
  }
  setTraceHeaders((name, value) => metadata.get(name).length > 0 || metadata.set(name, value));
  return metadata;
}
