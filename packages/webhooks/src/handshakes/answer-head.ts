import type { HandshakeResponse } from '../contract/handshake.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Answers the HEAD request with which a sender asks whether there is an endpoint. */
export function answerHead({ method }: WebhookRequest): HandshakeResponse | undefined {
  return method === 'HEAD' ? { status: 200, headers: {}, body: '' } : undefined;
}
