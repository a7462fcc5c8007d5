import type { HandshakeMeans, HandshakeResponse } from './contract/handshake.js';
import { plainRequest } from './request/plain-request.js';
import { planOf } from './registry/plan-of.js';
import { keysOf, type Secrets } from './prepare-secrets.js';
import type { Sender } from './definition/sender.js';
import type { Verification } from './contract/verification.js';
import type { WebhookRequest } from './contract/webhook-request.js';

/** The means by which a handshake is answered. */
export interface HandshakeOptions {
  /** The secrets of the webhook: Zoom, X and QQ ask for a proof that the receiver has them. */
  readonly secrets?: Secrets;
  /** The text that was chosen when the webhook was registered: Meta's verify token. */
  readonly verifyToken?: string;
}

/**
 * The response to a sender's handshake, or `undefined` for any other request.
 *
 * A handshake that the sender signs is answered only with a `verification` that succeeded; one that needs a secret only
 * where `options` has it.
 */
export function answerHandshake(
  sender: string | Sender,
  request: WebhookRequest,
  verification?: Verification,
  options: HandshakeOptions = {},
): HandshakeResponse | undefined {
  const plan = planOf(sender);
  const { handshake } = plan.sender;
  if (handshake === undefined || (handshake.signed && verification?.ok !== true)) return undefined;
  const { secrets, verifyToken } = options;
  const index = verification?.ok ? verification.secretIndex : 0;
  const means: HandshakeMeans = {
    ...(secrets !== undefined && { mac: (text: string) => keysOf(plan, secrets)[index]?.mac?.(text) }),
    ...(verifyToken !== undefined && { verifyToken }),
  };
  return handshake.answer(plainRequest(request), request.body, means);
}
