import { codeOf } from './coded/code-of.js';
import type { SignedWebhook, WebhookToSign } from './contract/webhook-to-sign.js';
import type { Sender } from './definition/sender.js';
import { parseSecretText } from './keys/secret-text.js';
import { planOf } from './registry/plan-of.js';
import { signByCode } from './signing/sign-by-code.js';
import { signByData } from './signing/sign-by-data.js';
import { signingFault } from './signing/signing-fault.js';

/**
 * The headers that a sender would send with this body: for tests, and for webhooks of one's own.
 *
 * `secret` is the one that the sender holds: a private key for those that sign with one (PEM, base64 DER, or an ed25519
 * seed in the encoding of the public key). With several secrets there is a signature of each, as during a rotation.
 * Throws a `WebhookConfigurationError` where the sender's scheme does not allow for it.
 */
export function signWebhook(
  sender: string | Sender,
  webhook: WebhookToSign,
  secret: string | readonly string[],
): Record<string, string> {
  const plan = planOf(sender);
  if (plan.signature.place !== undefined) {
    throw signingFault(
      plan,
      'writes its signature into the body, so there are no headers to make: use signWebhookRequest',
    );
  }
  return signWebhookRequest(sender, webhook, secret).headers;
}

/**
 * The same with the body, for senders that write their signature into it. Such a body has to be a JSON object or a
 * form.
 */
export function signWebhookRequest(
  sender: string | Sender,
  webhook: WebhookToSign,
  secret: string | readonly string[],
): SignedWebhook {
  const plan = planOf(sender);
  const body = typeof webhook.body === 'string' ? Buffer.from(webhook.body, 'utf8') : Buffer.from(webhook.body);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0) throw signingFault(plan, 'needs a secret to sign with');
  for (const each of secrets) {
    // An empty secret signs as well, which would come to light only at the receiver.
    const text = parseSecretText(each);
    if (typeof text !== 'string') throw signingFault(plan, `cannot sign: the secret ${text.fault}; ${text.cure}`);
  }
  const code = codeOf(plan);
  if (code?.sign !== undefined) return signByCode(plan, code, { webhook, body, secrets });
  if (plan.verifiedByCode) throw signingFault(plan, 'signs with a key that only it has');
  return signByData(plan, { webhook, body, secrets });
}
