import type { SenderCode } from '../coded/sender-code.js';
import type { Scheme } from '../definition/scheme.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import { parseJson } from '../encoding/json-path.js';
import { makeSignature } from '../keys/make-signature.js';
import { epochMs } from '../request/freshness.js';
import type { SignedWebhook } from '../contract/webhook-to-sign.js';
import { signingFault } from './signing-fault.js';
import { lowerCased, type ToSign } from './to-sign.js';

/** Signs for a sender whose code does it. */
export function signByCode(plan: SenderPlan, code: SenderCode, { webhook, body, secrets }: ToSign): SignedWebhook {
  const headers = lowerCased(webhook.headers);
  const made = code.sign?.({
    body,
    secrets,
    headers,
    json: parseJson(body),
    nowMs: epochMs(webhook.now),
    id: webhook.id,
    method: webhook.method ?? 'POST',
    url: webhook.url,
    scheme: plan.schemes[0] as Scheme,
    signatures: (signed) => secrets.map((each) => makeSignature(plan, signed, each).text),
    refuse: (what) => {
      throw signingFault(plan, what);
    },
  });
  return { headers: { ...headers, ...made?.headers }, body: made?.body ?? body };
}
