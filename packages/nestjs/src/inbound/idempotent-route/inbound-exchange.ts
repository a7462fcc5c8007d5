import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';
import { endpointOf, type RoutedRequest } from '../exchange/endpoint-of.js';
import type { HeldResponse } from '../exchange/hold-answer.js';
import type { InboundRequest } from './idempotent-route.options.js';

/** One HTTP exchange, the same for Express and Fastify. */
export interface InboundExchange extends HeldResponse {
  readonly request: InboundRequest;
  readonly response: HeldResponse['response'] & { readonly statusCode: number };
  readonly raw: IncomingMessage;
  /** The route with its parameters: however its URL is spelled, it is the same endpoint. */
  readonly endpoint: string;
  /** The handler as errors and the log name it, for example `'OrdersController.create'`. */
  readonly handler: string;
}

export function inboundExchange(context: ExecutionContext): InboundExchange {
  const http = context.switchToHttp();
  const request = http.getRequest<InboundRequest & RoutedRequest & { raw?: IncomingMessage }>();
  const response = http.getResponse<ServerResponse & { raw?: ServerResponse }>();
  return {
    request,
    response,
    raw: request.raw ?? (request as unknown as IncomingMessage),
    rawResponse: response.raw ?? response,
    endpoint: endpointOf(context, request),
    handler: `${context.getClass().name}.${context.getHandler().name}`,
  };
}
