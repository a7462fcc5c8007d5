import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import type { HeldResponse } from '../../exchange/hold-answer.js';
import type { ReceivedWebhook } from './received-webhook.js';
import { endpointOf, type RoutedRequest } from '../../exchange/endpoint-of.js';

/** Node's own request with what Nest may have put onto it. */
export type RawRequest = IncomingMessage & { rawBody?: unknown; body?: unknown };

/** The part of Express' and Fastify's requests that matters here. */
export interface FrameworkRequest extends RoutedRequest {
  rawBody?: unknown;
  body?: unknown;
  readonly originalUrl?: string;
  readonly hostname?: string;
  readonly query?: unknown;
}

/** One HTTP exchange, the same for Express and Fastify. */
export interface WebhookExchange {
  /** The framework's request: handlers see its `body`. */
  readonly request: FrameworkRequest;
  readonly response: HeldResponse['response'];
  readonly raw: RawRequest;
  readonly rawResponse: ServerResponse;
  /** The handler as the log names it, for example `'PaymentsWebhooks.receive'`. */
  readonly handler: string;
  /** The route with its parameters: however its URL is spelled, it is the same endpoint. */
  readonly endpoint: string;
  /** The webhook, once a guard has let it through. */
  received?: ReceivedWebhook;
}

const exchanges = new WeakMap<IncomingMessage, WebhookExchange>();

/** The exchange of a request: made when it is first asked for, and the same for guard, interceptor and handler. */
export function webhookExchange(context: ExecutionContext): WebhookExchange {
  const request = context.switchToHttp().getRequest<FrameworkRequest & { raw?: RawRequest }>();
  const raw = request.raw ?? (request as RawRequest);
  let exchange = exchanges.get(raw);
  if (exchange === undefined) exchanges.set(raw, (exchange = makeExchange(context, request, raw)));
  return exchange;
}

function makeExchange(context: ExecutionContext, request: FrameworkRequest, raw: RawRequest): WebhookExchange {
  const response = context.switchToHttp().getResponse<ServerResponse & { raw?: ServerResponse }>();
  return {
    request,
    response,
    raw,
    rawResponse: response.raw ?? response,
    handler: `${context.getClass().name}.${context.getHandler().name}`,
    endpoint: endpointOf(context, request),
  };
}
