import type { HandshakeResponse } from './handshake.js';
import type { Sender } from './sender.js';
import { planOf } from './plan-of.js';
import type { Verification } from './verification.js';
import type { WebhookRequest } from './webhook-request.js';

/**
 * The response to a sender's handshake, or `undefined` where the request is none.
 *
 * A handshake that the sender signs is answered only with a `verification` that succeeded.
 */
export function answerHandshake(
  sender: string | Sender,
  request: WebhookRequest,
  verification?: Verification,
): HandshakeResponse | undefined {
  const { handshake } = planOf(sender).sender;
  if (!handshake || (handshake.signed && !verification?.ok)) return undefined;
  return handshake.answer(request, request.body);
}
