import { codeOf } from './coded/code-of.js';
import type { KeyRequest } from './coded/key-request.js';
import type { Rejection } from './contract/verification.js';
import type { WebhookRequest } from './contract/webhook-request.js';
import type { Sender } from './definition/sender.js';
import { planOf } from './registry/plan-of.js';
import { Delivery } from './request/delivery.js';
import { plainRequest } from './request/plain-request.js';

/**
 * The key to fetch before a request can be verified; `undefined` for senders whose keys are configured.
 *
 * Nothing is verified yet: a stranger can name any key that passes the allow-list.
 */
export function keyRequest(sender: string | Sender, request: WebhookRequest): KeyRequest | Rejection | undefined {
  const plan = planOf(sender);
  const code = codeOf(plan);
  if (code?.keyRequest === undefined) return undefined;
  const plain = plainRequest(request);
  const headers = plan.headers.read(plain.headers);
  if (!Array.isArray(headers)) return headers;
  return code.keyRequest(new Delivery(plan, plain, headers, undefined));
}
