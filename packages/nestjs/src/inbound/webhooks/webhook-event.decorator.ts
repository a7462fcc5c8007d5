import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import { webhookExchange } from './receiving/webhook-exchange.js';

/** The `WebhookDelivery` that a `WebhookGuard` or `@Webhook` let through. */
export const WebhookEvent = createParamDecorator((_data: unknown, context: ExecutionContext): WebhookDelivery => {
  const { received, handler } = webhookExchange(context);
  if (received !== undefined) return received.delivery;
  throw new Error(`${handler}: @WebhookEvent() needs @Webhook('provider') or @UseGuards(WebhookGuard('provider'))`);
});
