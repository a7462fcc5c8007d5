import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { receivedWebhook, type ReceivedWebhook } from './received-webhooks.js';
import { isSuccess, settleWebhook } from './settle-webhook.js';
import { webhookExchange } from './receiving/webhook-exchange.js';

/** Settles a webhook before its answer leaves: whatever the sender does next, the store knows what became of it. */
@Injectable()
export class WebhookInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const webhook = receivedWebhook(webhookExchange(context).raw);
    if (webhook === undefined) return next.handle();
    const response = context.switchToHttp().getResponse<{ statusCode: number }>();
    return defer(() => handle(next, webhook, () => isSuccess(response.statusCode)));
  }
}

async function handle(next: CallHandler, webhook: ReceivedWebhook, succeeded: () => boolean): Promise<unknown> {
  let handled = false;
  try {
    const result: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    handled = succeeded();
    return result;
  } finally {
    await settleWebhook(webhook, handled);
  }
}
