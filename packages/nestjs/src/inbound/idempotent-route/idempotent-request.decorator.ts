import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { inboundExchange } from './inbound-exchange.js';

/** A request to a handler under `@IdempotentRoute`, as its key makes it known. */
export interface IdempotentRequest {
  /**
   * Names the logical request: the same for each of its repetitions, and different for another principal or route with
   * the same `Idempotency-Key`. The key to hand on to providers, for `@Idempotent({ key })`. 22 base64url characters.
   */
  readonly key: string;
  /** Above 1, an earlier request with this key died or failed, and may have had its effect. */
  readonly attempt: number;
  /**
   * Keeps the answer inside a transaction of the handler's, on a connection to the store's own database: with its
   * commit repetitions are answered with it, also when the process dies right after. Throws when another process has
   * taken the request meanwhile, so that the transaction is rolled back; at once where the client is synchronous.
   */
  settle(transaction: unknown, answer?: { readonly status?: number; readonly body?: unknown }): Promise<void>;
}

const requests = new WeakMap<IncomingMessage, IdempotentRequest>();

export function setIdempotentRequest(raw: IncomingMessage, request: IdempotentRequest): void {
  requests.set(raw, request);
}

export function idempotentRequestOf(raw: IncomingMessage): IdempotentRequest | undefined {
  return requests.get(raw);
}

/**
 * The `IdempotentRequest` of a handler under `@IdempotentRoute`; `undefined` for a request without a key, where none is
 * required.
 */
export const InboundIdempotency = createParamDecorator(
  (_data: unknown, context: ExecutionContext): IdempotentRequest | undefined =>
    requests.get(inboundExchange(context).raw),
);
