import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionContext } from '@nestjs/common';

/** Node's own request with what Nest may have put onto it. */
export type RawRequest = IncomingMessage & { rawBody?: unknown; body?: unknown };

/** One HTTP exchange, the same for Express and Fastify. */
export interface WebhookExchange {
  /** The framework's request: handlers see its `body`. */
  readonly request: { rawBody?: unknown; body?: unknown; originalUrl?: string };
  readonly raw: RawRequest;
  readonly rawResponse: ServerResponse;
  /** The handler, for example `'PaymentsWebhooks.receive'`: however its URL is spelled, it is the same endpoint. */
  readonly endpoint: string;
}

export function webhookExchange(context: ExecutionContext): WebhookExchange {
  const request = context.switchToHttp().getRequest<WebhookExchange['request'] & { raw?: RawRequest }>();
  const response = context.switchToHttp().getResponse<ServerResponse & { raw?: ServerResponse }>();
  return {
    request,
    raw: request.raw ?? (request as RawRequest),
    rawResponse: response.raw ?? response,
    endpoint: `${context.getClass().name}.${context.getHandler().name}`,
  };
}
