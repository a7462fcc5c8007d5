import type { ResilientProvider } from '@breakwater/core';
import type { ClientOptions } from '@grpc/grpc-js';
import { grpcInterceptor, type GrpcInterceptorOptions } from './grpc-interceptor.js';

/**
 * Options for a client of `@grpc/grpc-js`, and the `channelOptions` of Nest's gRPC transport: the interceptor, and
 * retries of the client's own off, whatever a service config asks for. It still sends again what never left it, or what
 * the server has refused to begin. Source: gRFC A6, "Transparent Retries".
 */
export function grpcClientOptions(
  provider: string | ResilientProvider,
  options?: GrpcInterceptorOptions,
): ClientOptions {
  return { interceptors: [grpcInterceptor(provider, options)], 'grpc-node.retry_max_attempts_limit': 1 };
}
