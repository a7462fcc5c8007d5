import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { WebhookAnswerFilter } from './answering/webhook-answer.filter.js';
import { AnsweringWebhookGuard } from './webhook.guard.js';
import { WebhookInterceptor } from './webhook.interceptor.js';

/**
 * Receives the webhooks of a provider: genuine ones only, each once, answered with 200 unless the handler or `@HttpCode`
 * says otherwise. A copy gets the answer of the first, and 503 with `Retry-After` while that is being handled; the sender's
 * handshake is answered; a handler that throws leaves the delivery to the sender's next try.
 */
export function Webhook(provider: string): MethodDecorator & ClassDecorator {
  return applyDecorators(
    UseGuards(AnsweringWebhookGuard(provider)),
    UseInterceptors(WebhookInterceptor),
    UseFilters(WebhookAnswerFilter),
  );
}
