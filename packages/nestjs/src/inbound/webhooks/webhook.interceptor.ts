import 'reflect-metadata';
import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HTTP_CODE_METADATA } from '@nestjs/common/constants.js';
import { HttpAdapterHost } from '@nestjs/core';
import { finalize, map, type Observable } from 'rxjs';
import { hasLeft } from '../exchange/has-left.js';
import { webhookExchange, type WebhookExchange } from './receiving/webhook-exchange.js';

/**
 * Has a webhook answered as its sender understands it: with 200 unless `@HttpCode` or the handler says otherwise (for
 * some, 201 is no success), and with the body that it takes for success where the handler returns none.
 */
@Injectable()
export class WebhookInterceptor implements NestInterceptor {
  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const exchange = webhookExchange(context);
    const { httpAdapter } = this.adapterHost;
    if (Reflect.getMetadata(HTTP_CODE_METADATA, context.getHandler()) === undefined) {
      httpAdapter.status(exchange.response, 200);
    }
    return next.handle().pipe(
      map((result: unknown) => result ?? exchange.received?.acknowledgement),
      finalize(() => leaveUnheard(exchange)),
    );
  }
}

/** A handler that has ended and whose sender hung up may never answer: its claim is left to run out soon. */
function leaveUnheard({ received, rawResponse }: WebhookExchange): void {
  if (hasLeft(rawResponse)) received?.claim?.abandonAfterLease();
}
