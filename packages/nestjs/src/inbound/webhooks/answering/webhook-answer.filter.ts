import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { WebhookAnswer } from './webhook-answer.js';
import { WebhookHandOver } from './webhook-hand-over.js';

/** The part of Express' and Fastify's responses that matters here: Nest's `reply` would make JSON of bytes. */
interface SendingResponse {
  send(body: string | Buffer | undefined): unknown;
}

/**
 * Writes an answer as it is, past interceptors that would wrap it: a handshake must be echoed to the letter. A webhook
 * that another handler of the endpoint receives goes its own way to that one.
 */
@Catch(WebhookAnswer, WebhookHandOver)
export class WebhookAnswerFilter implements ExceptionFilter<WebhookAnswer | WebhookHandOver> {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(answer: WebhookAnswer | WebhookHandOver, host: ArgumentsHost): unknown {
    if (answer instanceof WebhookHandOver) return answer.handler(...(host.getArgs() as unknown[]));
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<SendingResponse>();
    for (const [name, value] of Object.entries(answer.headers)) httpAdapter.setHeader(response, name, value);
    httpAdapter.status(response, answer.getStatus());
    return void response.send(answer.body);
  }
}
