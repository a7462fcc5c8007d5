import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { receivedWebhook } from './received-webhooks.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import { webhookExchange } from './receiving/webhook-exchange.js';

/** The `WebhookDelivery` that a `WebhookGuard` or `@Webhook` let through. */
export const WebhookEvent = createParamDecorator((_data: unknown, context: ExecutionContext): WebhookDelivery => {
  const { raw, endpoint } = webhookExchange(context);
  const webhook = receivedWebhook(raw);
  if (webhook !== undefined) return webhook.delivery;
  throw new Error(`${endpoint}: @WebhookEvent() needs @Webhook('provider') or @UseGuards(WebhookGuard('provider'))`);
});
