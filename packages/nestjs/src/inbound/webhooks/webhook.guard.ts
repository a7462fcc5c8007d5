import { Inject, Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import type { RequestLog } from '../../operations/logging/request-log.js';
import { ResilienceParts } from '../../providers/resilience-parts.js';
import { settleBeforeAnswer } from './answering/settle-before-answer.js';
import { WebhookAnswer } from './answering/webhook-answer.js';
import { WebhookHandOver } from './answering/webhook-hand-over.js';
import { handlersOfRequest } from './events/handlers-of-request.js';
import { webhookEventsOf } from './events/webhook-events.js';
import type { StoredAnswer } from './inbox/stored-answer.js';
import { webhookExchange, type WebhookExchange } from './receiving/webhook-exchange.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import { WebhookReceiver, type Reception } from './receiving/webhook-receiver.js';
import { WebhookSignatureError } from './receiving/webhook-signature.error.js';

type WebhookGuardClass = Type<CanActivate>;

interface Logged {
  readonly exchange: WebhookExchange;
  readonly log: RequestLog;
}

const classes = new Map<string, WebhookGuardClass>();
const providers = new WeakMap<object, string>();

/**
 * A guard that lets genuine webhooks of a provider through, each once. A copy is refused: with 503 and `Retry-After`
 * while the first is being handled, with 409 afterwards. An answer other than 2xx releases the delivery for the
 * sender's next try.
 */
export function WebhookGuard(provider: string): WebhookGuardClass {
  return guardOf(provider, false);
}

/** The guard of `@Webhook`, which answers copies and handshakes by itself. */
export function AnsweringWebhookGuard(provider: string): WebhookGuardClass {
  return guardOf(provider, true);
}

/** The provider of a guard's class; `undefined` for other guards. */
export function providerOfGuard(guard: unknown): string | undefined {
  return typeof guard === 'function' ? providers.get(guard) : undefined;
}

/** One class for each name, so that Nest makes one guard. */
function guardOf(provider: string, answers: boolean): WebhookGuardClass {
  const id = `${answers} ${provider}`;
  let made = classes.get(id);
  if (made === undefined) {
    made = makeGuard(provider, answers);
    classes.set(id, made);
    providers.set(made, provider);
  }
  return made;
}

function makeGuard(provider: string, answers: boolean): WebhookGuardClass {
  @Injectable()
  class ProviderWebhookGuard implements CanActivate {
    private readonly receiver: WebhookReceiver;

    constructor(@Inject(ResilienceParts) parts: ResilienceParts) {
      this.receiver = new WebhookReceiver(parts, provider, answers);
    }

    async canActivate(context: ExecutionContext): Promise<boolean> {
      if (context.getType() !== 'http') throw notHttp(provider);
      const exchange = webhookExchange(context);
      if (exchange.received?.provider === provider) return true;
      const reception = await this.receiver.receive(exchange);
      if (answers) answer(reception);
      const { log } = this.receiver;
      const isLetThrough = letThrough(reception, { provider, exchange, log });
      if (answers && reception.kind === 'delivery') direct(reception.delivery, context, { exchange, log });
      return isLetThrough;
    }
  }
  Object.defineProperty(ProviderWebhookGuard, 'name', { value: `WebhookGuard(${provider})` });
  return ProviderWebhookGuard;
}

/** Ends the request where the sender is to get another answer than the handler's. */
function answer(reception: Reception): void {
  if (reception.kind === 'handshake') {
    const { status, headers, body } = reception.response;
    throw new WebhookAnswer(status, headers, body);
  }
  if (reception.kind === 'done') throw answerAgain(reception.answer);
}

/** The answer that the first of several copies got. */
function answerAgain({ status, type, encoding, body }: StoredAnswer): WebhookAnswer {
  const headers = {
    ...(type !== undefined && { 'content-type': type }),
    ...(encoding !== undefined && body !== undefined && { 'content-encoding': encoding }),
  };
  return new WebhookAnswer(status, headers, body);
}

/** Has the webhook go to the handler of the endpoint that receives its event. */
function direct({ type }: WebhookDelivery, context: ExecutionContext, { exchange, log }: Logged): void {
  const { raw, handler } = exchange;
  const handlers = handlersOfRequest(raw);
  // Outside of an application with a ResilienceModule, no handlers share an endpoint.
  const receives = handlers === undefined ? receivesAlone(context.getHandler(), type) : handlers.handlerOf(type);
  if (receives === undefined || receives === false) {
    const event = type === undefined ? 'without a name' : `'${type}'`;
    log.write('debug', `${handler} unheard`, `${handler}: no handler receives the event ${event}`);
    throw new WebhookAnswer(200);
  }
  if (receives !== true && receives !== handlers?.first) throw new WebhookHandOver(receives);
}

function receivesAlone(handler: object, type: string | undefined): boolean {
  const events = webhookEventsOf(handler);
  return events === undefined || events.some((event) => type !== undefined && event.matches(type));
}

function letThrough(reception: Reception, { provider, exchange, log }: Logged & { provider: string }): boolean {
  if (reception.kind === 'handshake') return false;
  if (reception.kind !== 'delivery') throw reception.error;
  const { delivery, claim, rawBody, acknowledgement } = reception;
  const { request, handler } = exchange;
  const webhook = { provider, handler, delivery, claim, acknowledgement, log };
  exchange.received = webhook;
  settleBeforeAnswer(exchange, webhook);
  // Bodies that Nest could not read are there for @RawBody() and @Body() all the same.
  request.rawBody ??= rawBody;
  request.body ??= delivery.body;
  return true;
}

function notHttp(provider: string): WebhookSignatureError {
  return new WebhookSignatureError('WEBHOOK_CONFIGURATION', 'webhooks come over HTTP', { provider });
}
