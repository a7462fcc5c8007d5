import { Clock, type FateEnd, Faults } from '@breakwater/faults';
import { Metadata, status } from '@grpc/grpc-js';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { concat, ignoreElements, NEVER, type Observable, throwError } from 'rxjs';

/** Lets the active faults strike a call over gRPC before its handler sees it, as a middleware does over HTTP. */
@Injectable()
export class FaultsInterceptor implements NestInterceptor {
  constructor(
    private readonly faults: Faults,
    private readonly clock: Clock,
  ) {}

  async intercept(_context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const { delayMs, end } = this.faults.decide();
    if (delayMs > 0) await this.clock.sleep(delayMs);

    switch (end.kind) {
      case 'work':
        return next.handle();
      case 'hang':
        return NEVER;
      case 'refuse':
        throw refusal(end);
      case 'drop-before-work':
        throw lostConnection();
      case 'drop-after-work':
        return concat(next.handle().pipe(ignoreElements()), throwError(lostConnection));
    }
  }
}

function refusal({ status: httpStatus, retryAfterSeconds }: FateEnd & { kind: 'refuse' }): RpcException {
  const metadata = new Metadata();
  if (retryAfterSeconds !== undefined) metadata.set('grpc-retry-pushback-ms', String(retryAfterSeconds * 1000));
  return new RpcException({ code: codeOf(httpStatus), details: 'a fault is active', metadata });
}

/** Source: gRPC, "HTTP to gRPC Status Code Mapping". */
function codeOf(httpStatus: number): status {
  if ([429, 502, 503, 504].includes(httpStatus)) return status.UNAVAILABLE;
  return CODES[httpStatus] ?? status.UNKNOWN;
}

const CODES: Readonly<Record<number, status>> = {
  400: status.INTERNAL,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.UNIMPLEMENTED,
};

/** All calls share one connection, which is not this one's to break: its client is told what a broken one would say. */
function lostConnection(): RpcException {
  return new RpcException({ code: status.UNAVAILABLE, details: 'the connection was lost' });
}
