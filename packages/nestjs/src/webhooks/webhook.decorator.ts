import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { WebhookAnswerFilter } from './webhook-answer.filter.js';
import { AnsweringWebhookGuard } from './webhook.guard.js';
import { WebhookInterceptor } from './webhook.interceptor.js';

/**
 * Receives the webhooks of a provider: genuine ones only, each once. A copy of one that was handled is answered with 200 at
 * once, one that is being handled with 409 and `Retry-After`; the sender's handshake is answered; a handler that throws
 * leaves the delivery to the sender's next try.
 */
export function Webhook(provider: string): MethodDecorator & ClassDecorator {
  return applyDecorators(
    UseGuards(AnsweringWebhookGuard(provider)),
    UseInterceptors(WebhookInterceptor),
    UseFilters(WebhookAnswerFilter),
  );
}
