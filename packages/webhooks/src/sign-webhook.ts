import { randomUUID } from 'node:crypto';
import { isId } from './delivery.js';
import { epochMs } from './freshness.js';
import { parseJson, textAt } from './json-path.js';
import { makeSignature, type Signature } from './make-signature.js';
import { formatTimestamp } from './parse-timestamp.js';
import { planOf } from './plan-of.js';
import type { Sender } from './sender.js';
import type { SenderPlan } from './sender-plan.js';
import { signedBytes } from './signed-bytes.js';
import { WebhookConfigurationError } from './webhook-configuration-error.js';

/** What is to be sent. */
export interface WebhookToSign {
  /** Text is taken as UTF-8. */
  readonly body: Uint8Array | string;
  /** Default: a random one for senders that sign it, otherwise none. */
  readonly id?: string;
  /** A `Date` or epoch milliseconds. Default: now. */
  readonly now?: Date | number;
  /** Only for senders that sign it. Default: `'POST'`. */
  readonly method?: string;
  /** Only for senders that sign it. */
  readonly url?: string;
  /** Only for senders that sign further headers. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The headers that a sender would send with this body: for tests, and for webhooks of one's own.
 *
 * `secret` is what the sender holds: a private key for those that sign with one (PEM, base64 DER, or an ed25519 seed in
 * the encoding of the public key). With several secrets there is a signature of each, as during a rotation.
 * Throws a `WebhookConfigurationError` where the sender's scheme does not allow what is asked for.
 */
export function signWebhook(
  sender: string | Sender,
  webhook: WebhookToSign,
  secret: string | readonly string[],
): Record<string, string> {
  const plan = planOf(sender);
  const { timestamp: rule, id: idRule } = plan;
  if (plan.signature.path) throw fault(plan, 'writes its signature into the body, so there are no headers to make');
  const body = typeof webhook.body === 'string' ? Buffer.from(webhook.body, 'utf8') : webhook.body;
  const nowMs = epochMs(webhook.now);
  const timestamp = rule && !rule.path ? formatTimestamp(nowMs, rule.unit) : undefined;
  const id = webhook.id ?? (idRule?.inPayload ? `msg_${randomUUID()}` : undefined);
  if (id !== undefined && !isId(id)) throw fault(plan, 'cannot have this id: at most 512 visible ASCII characters');

  const json = parseJson(body);
  const given = lowerCased(webhook.headers ?? {});
  const signed = signedBytes(plan, body, {
    timestamp,
    id,
    method: webhook.method ?? 'POST',
    url: webhook.url,
    header: (name) => given[name],
    json: (path) => textAt(json, path),
  });
  if (!signed) throw fault(plan, `signs ${JSON.stringify(plan.sender.payload)}: give all of its parts`);

  const headers = { ...given };
  for (const { slot, value } of plan.required) headers[plan.headers.name(slot)] = value;
  if (rule?.slot !== undefined && timestamp !== undefined) headers[plan.headers.name(rule.slot)] = timestamp;
  if (idRule?.slot !== undefined && id !== undefined) headers[plan.headers.name(idRule.slot)] = id;
  const secrets = typeof secret === 'string' ? [secret] : secret;
  const signatures = secrets.map((each) => makeSignature(plan, signed, each));
  return { ...headers, ...place(plan, signatures, timestamp) };
}

/** Writes the signatures where and how the sender writes them. */
function place(
  plan: SenderPlan,
  signatures: readonly Signature[],
  timestamp: string | undefined,
): Record<string, string> {
  const { slots, list, prefix } = plan.signature;
  const name = (index: number): string => plan.headers.name(slots[index] ?? -1);
  if (signatures.length === 0) throw fault(plan, 'needs a secret to sign with');
  if (list) {
    const time = plan.timestamp?.mark !== undefined && timestamp !== undefined ? [plan.timestamp.mark + timestamp] : [];
    const entries = [...time, ...signatures.map(({ scheme, text }) => scheme.mark + text)];
    return { [name(0)]: entries.join(list.separator) };
  }
  if (signatures.length > slots.length) throw fault(plan, `has room for ${slots.length} signature(s) only`);
  return Object.fromEntries(signatures.map(({ text }, index) => [name(index), (prefix ?? '') + text]));
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function fault(plan: SenderPlan, what: string): WebhookConfigurationError {
  return new WebhookConfigurationError(`The sender "${plan.sender.name}" ${what}.`, plan.sender.name);
}
