import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { StoredRouteAnswer } from './route-record.js';

/** Ends a request with the answer of an earlier one: thrown before the handler, written by its filter. */
export class ReadyAnswer extends HttpException {
  constructor(readonly answer: StoredRouteAnswer) {
    super('', answer.status);
  }
}

/** The part of Express' and Fastify's responses that matters here: Nest's `reply` would make JSON of bytes. */
interface SendingResponse {
  send(body: Buffer | undefined): unknown;
}

/** Writes an earlier answer as it was, past interceptors that would wrap it. */
@Catch(ReadyAnswer)
export class ReadyAnswerFilter implements ExceptionFilter<ReadyAnswer> {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch({ answer }: ReadyAnswer, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<SendingResponse>();
    const headers = { ...answer.headers, 'Idempotent-Replayed': 'true' };
    for (const [name, value] of Object.entries(headers)) httpAdapter.setHeader(response, name, value as string);
    httpAdapter.status(response, answer.status);
    response.send(answer.body);
  }
}
