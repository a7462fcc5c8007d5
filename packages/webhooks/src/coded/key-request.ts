import type { JsonWebKey } from 'node:crypto';
import { Delivery } from '../request/delivery.js';
import { planOf } from '../registry/plan-of.js';
import type { Sender } from '../definition/sender.js';
import type { Rejection } from '../contract/verification.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/** Key material that a request refers to. A URL has passed the sender's allow-list. */
export type KeyRequest =
  | {
      readonly ok: true;
      readonly kind: 'url';
      /** Where the certificate is. Fetch it without following redirects. */
      readonly url: string;
    }
  | {
      readonly ok: true;
      readonly kind: 'kid';
      /** The key's id, to be looked up with the sender. It is the caller's text: bound what you cache by it. */
      readonly kid: string;
    };

/** Brings what a request refers to: a PEM certificate, a PEM public key or a JWK, for `VerifyOptions.keys`. */
export type KeyFetcher = (request: KeyRequest) => Promise<string | JsonWebKey>;

/**
 * What has to be fetched before a request can be verified; `undefined` for senders whose keys are configured.
 *
 * Nothing is verified yet: a stranger can name any key that passes the allow-list.
 */
export function keyRequest(sender: string | Sender, request: WebhookRequest): KeyRequest | Rejection | undefined {
  const plan = planOf(sender);
  const { code } = plan.sender;
  if (!code?.keyRequest) return undefined;
  const headers = plan.headers.read(request.headers);
  if (!Array.isArray(headers)) return headers;
  return code.keyRequest(new Delivery(plan, request, headers, undefined));
}
