import { applyDecorators, UseFilters, UseGuards, UseInterceptors } from '@nestjs/common';
import { WebhookAnswerFilter } from './answering/webhook-answer.filter.js';
import { setWebhookEvents } from './events/webhook-events.js';
import { AnsweringWebhookGuard } from './webhook.guard.js';
import { WebhookInterceptor } from './webhook.interceptor.js';

/** Picks the events that a handler receives. */
export interface WebhookHandlerOptions {
  /**
   * The events that the method receives, by the names that their sender gives them, with `*` for any characters:
   * `'charge.*'`. The handler that names an event most precisely receives it; one without `events` receives the rest.
   * An event that no handler of the path receives is answered with 200. Default: all.
   */
  events?: string | readonly string[];
}

/**
 * Receives the webhooks of a provider: genuine ones only, each once, answered with 200 unless the handler or
 * `@HttpCode` says otherwise. A copy gets the answer of the first, and 503 with `Retry-After` while that is being
 * handled; the sender's handshake is answered; a handler that throws leaves the delivery to the sender's next try.
 *
 * Several handlers may have one path, told apart by `events`.
 */
export function Webhook(provider: string, { events }: WebhookHandlerOptions = {}): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...(events === undefined ? [] : [receivesOnly(events)]),
    UseGuards(AnsweringWebhookGuard(provider)),
    UseInterceptors(WebhookInterceptor),
    UseFilters(WebhookAnswerFilter),
  );
}

function receivesOnly(events: string | readonly string[]): MethodDecorator & ClassDecorator {
  return (_target: object, _method?: string | symbol, descriptor?: PropertyDescriptor): void => {
    if (descriptor === undefined) throw new TypeError('@Webhook: events belong to a method, not to a class');
    setWebhookEvents(descriptor.value as object, events);
  };
}
