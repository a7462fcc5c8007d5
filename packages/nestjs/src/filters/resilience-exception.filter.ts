import { STATUS_CODES } from 'node:http';
import { ResilienceError } from '@breakwater/core';
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError, type Observable } from 'rxjs';
import { answerFor } from './error-answer.js';

/**
 * Tells callers of every transport what the engine's errors mean to them: HTTP, microservices, WebSockets and GraphQL.
 */
@Catch(ResilienceError)
export class ResilienceExceptionFilter implements ExceptionFilter<ResilienceError> {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(error: ResilienceError, host: ArgumentsHost): Observable<never> | void {
    switch (host.getType<string>()) {
      case 'http':
        return this.answerHttp(error, host);
      case 'rpc':
        return throwError(() => plainError(error));
      case 'ws':
        host
          .switchToWs()
          .getClient<{ emit(event: string, data: unknown): void }>()
          .emit('exception', plainError(error));
        return;
      case 'graphql':
        throw graphqlError(error);
      default:
        throw error;
    }
  }

  private answerHttp(error: ResilienceError, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (httpAdapter.isHeadersSent(response)) return void httpAdapter.end(response);
    const { status, code, message } = answerFor(error);
    const body = { statusCode: status, error: STATUS_CODES[status], message, code, ...details(error) };
    if (body.retryAfterMs !== undefined) {
      httpAdapter.setHeader(response, 'Retry-After', String(Math.ceil(body.retryAfterMs / 1000)));
    }
    httpAdapter.reply(response, body, status);
  }
}

/** The error as clients of microservices and sockets get it: the shape that Nest gives its own errors there. */
function plainError(error: ResilienceError): Record<string, unknown> {
  const { code, message } = answerFor(error);
  return { status: 'error', message, code, ...details(error) };
}

function graphqlError(error: ResilienceError): Error {
  const { status, code, message } = answerFor(error);
  return Object.assign(new Error(message), { extensions: { code, ...details(error), http: { status } } });
}

function details({ provider, retryAfterMs }: ResilienceError): { provider: string; retryAfterMs?: number } {
  const known = retryAfterMs !== undefined && Number.isFinite(retryAfterMs);
  return { provider, ...(known && { retryAfterMs: Math.max(0, Math.ceil(retryAfterMs)) }) };
}
