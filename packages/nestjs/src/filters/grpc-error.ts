import type { ArgumentsHost } from '@nestjs/common';
import { grpcStatusDetails } from './grpc-status-details.js';

/** The metadata of gRPC, as far as they are made here. */
interface GrpcMetadata {
  getMap(): object;
  set(name: string, value: string | Buffer): void;
}

/** A refusal as the callers of every transport are told of it. */
export interface GrpcRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly provider: string;
  readonly retryAfterMs?: number;
}

/** The gRPC status for an HTTP status. Source: googleapis `google/rpc/code.proto`. */
const CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  422: 9,
  429: 8,
  500: 13,
  501: 12,
  503: 14,
  504: 4,
};
const UNKNOWN = 2;

/** Whether the handler that has raised an error serves gRPC, rather than another transport of microservices. */
export function isGrpc(host: ArgumentsHost): boolean {
  return metadataOf(host) !== undefined;
}

/**
 * An error that `@grpc/grpc-js` sends with a status of its own, and with the time of another attempt: as pushback for
 * clients that retry by a policy (gRFC A6), and as `google.rpc.RetryInfo` for all others.
 */
export function grpcError(refusal: GrpcRefusal, host: ArgumentsHost): Error {
  const { status, code: reason, message, provider, retryAfterMs } = refusal;
  const code = CODES[status] ?? UNKNOWN;
  const given = metadataOf(host)!;
  // A class that the application has loaded: this package needs none of gRPC for the other transports.
  const metadata = new (given.constructor as new () => GrpcMetadata)();
  metadata.set('grpc-status-details-bin', grpcStatusDetails({ code, message, reason, provider, retryAfterMs }));
  if (retryAfterMs !== undefined) metadata.set('grpc-retry-pushback-ms', String(retryAfterMs));
  return Object.assign(new Error(message), { code, details: message, metadata });
}

/** The metadata of the request stand beside the data, or in the call where the handler gets that alone. */
function metadataOf(host: ArgumentsHost): GrpcMetadata | undefined {
  for (const argument of host.getArgs<unknown[]>()) {
    for (const held of [argument, (Object(argument) as { metadata?: unknown }).metadata]) {
      const { getMap, set } = Object(held) as { getMap?: unknown; set?: unknown };
      if (typeof getMap === 'function' && typeof set === 'function') return held as GrpcMetadata;
    }
  }
  return undefined;
}
