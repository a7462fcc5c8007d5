import { HttpException } from '@nestjs/common';

/** Ends a request with an answer before its handler: thrown by the guard of `@Webhook`, written by its filter. */
export class WebhookAnswer extends HttpException {
  constructor(
    status: number,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly body?: string | Buffer,
  ) {
    super(typeof body === 'string' ? body : '', status);
  }
}
