export { grpcClientOptions } from './grpc-client-options.js';
export { grpcInterceptor, type GrpcInterceptorOptions } from './grpc-interceptor.js';
export type { IdempotentMethods } from './idempotent-methods.js';
