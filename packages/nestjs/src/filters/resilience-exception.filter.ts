import { STATUS_CODES } from 'node:http';
import { ResilienceError } from '@breakwater/core';
import type { PolicyCatalog } from '@breakwater/core/adapter';
import { Catch, Inject, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
import { ResilienceParts } from '../providers/resilience-parts.js';
import { answerFor } from './error-answer.js';
import { grpcError, isGrpc } from './grpc-error.js';
import { tellSocket } from './tell-socket.js';

/**
 * Tells callers of every transport what the engine's errors mean to them: HTTP, microservices, WebSockets and GraphQL.
 */
@Catch(ResilienceError)
export class ResilienceExceptionFilter implements ExceptionFilter<ResilienceError> {
  private readonly catalog: PolicyCatalog | undefined;

  constructor(
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
    /** Knows the answers for policies of the application's own. */
    @Optional() @Inject(ResilienceParts) parts?: object,
  ) {
    this.catalog = (parts as { readonly catalog?: PolicyCatalog } | undefined)?.catalog;
  }

  catch(error: ResilienceError, host: ArgumentsHost): Observable<never> | void {
    switch (host.getType<string>()) {
      case 'http':
        return this.answerHttp(error, host);
      case 'rpc':
        return throwError(() => this.rpcError(error, host));
      case 'ws':
        return tellSocket(host.switchToWs().getClient(), 'exception', plainError(error, this.catalog));
      case 'graphql':
        throw graphqlError(error, this.catalog);
      default:
        throw error;
    }
  }

  private rpcError(error: ResilienceError, host: ArgumentsHost): object {
    if (!isGrpc(host)) return plainError(error, this.catalog);
    return grpcError({ ...answerFor(error, this.catalog), ...details(error) }, host);
  }

  private answerHttp(error: ResilienceError, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) return void httpAdapter.end(response);
    const { status, code, message } = answerFor(error, this.catalog);
    const body = { statusCode: status, error: STATUS_CODES[status], message, code, ...details(error) };
    if (body.retryAfterMs !== undefined) {
      httpAdapter.setHeader(response, 'Retry-After', String(Math.ceil(body.retryAfterMs / 1000)));
    }
    httpAdapter.reply(response, body, status);
  }
}

/** The error as clients of microservices and sockets get it: the shape that Nest gives its own errors there. */
function plainError(error: ResilienceError, catalog: PolicyCatalog | undefined): Record<string, unknown> {
  const { code, message } = answerFor(error, catalog);
  return { status: 'error', message, code, ...details(error) };
}

function graphqlError(error: ResilienceError, catalog: PolicyCatalog | undefined): Error {
  const { status, code, message } = answerFor(error, catalog);
  return Object.assign(new Error(message), { extensions: { code, ...details(error), http: { status } } });
}

function details({ provider, retryAfterMs }: ResilienceError): { provider: string; retryAfterMs?: number } {
  const known = retryAfterMs !== undefined && Number.isFinite(retryAfterMs);
  return { provider, ...(known && { retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }) };
}
