import { randomUUID } from 'node:crypto';
import { isId } from './request/delivery.js';
import { epochMs } from './request/freshness.js';
import { parseJson, textAt } from './encoding/json-path.js';
import { makeSignature, type Signature } from './keys/make-signature.js';
import { formatTimestamp } from './encoding/parse-timestamp.js';
import { parseSecretText } from './keys/parse-key.js';
import { planOf } from './registry/plan-of.js';
import type { Scheme } from './definition/scheme.js';
import type { Sender } from './definition/sender.js';
import type { SenderPlan } from './definition/sender-plan.js';
import { signedBytes } from './definition/signed-bytes.js';
import { WebhookConfigurationError } from './contract/webhook-configuration-error.js';

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

/** A webhook as its sender would send it. */
export interface SignedWebhook {
  readonly headers: Record<string, string>;
  /** As given, except for senders that write their signature into it. */
  readonly body: Buffer;
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
  if (plan.signature.path) {
    throw fault(plan, 'writes its signature into the body, so there are no headers to make: use signWebhookRequest');
  }
  return signWebhookRequest(sender, webhook, secret).headers;
}

/** The same with the body, for senders that write their signature into it. Their body has to be a JSON object. */
export function signWebhookRequest(
  sender: string | Sender,
  webhook: WebhookToSign,
  secret: string | readonly string[],
): SignedWebhook {
  const plan = planOf(sender);
  const body = typeof webhook.body === 'string' ? Buffer.from(webhook.body, 'utf8') : Buffer.from(webhook.body);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0) throw fault(plan, 'needs a secret to sign with');
  for (const each of secrets) checkSecret(plan, each);
  if (plan.sender.code?.sign) return signByCode(plan, { webhook, body, secrets });
  if (plan.sender.code?.verify) throw fault(plan, 'signs with a key that only it has');
  return signByData(plan, { webhook, body, secrets });
}

interface ToSign {
  readonly webhook: WebhookToSign;
  readonly body: Buffer;
  readonly secrets: readonly string[];
}

function signByCode(plan: SenderPlan, { webhook, body, secrets }: ToSign): SignedWebhook {
  const given = lowerCased(webhook.headers ?? {});
  const made = plan.sender.code?.sign?.({
    body,
    secrets,
    json: parseJson(body),
    nowMs: epochMs(webhook.now),
    id: webhook.id,
    method: webhook.method ?? 'POST',
    url: webhook.url,
    headers: given,
    scheme: plan.schemes[0] as Scheme,
    signatures: (signed) => secrets.map((each) => makeSignature(plan, signed, each).text),
    refuse: (what) => {
      throw fault(plan, what);
    },
  });
  return { headers: { ...given, ...made?.headers }, body: made?.body ?? body };
}

function signByData(plan: SenderPlan, { webhook, body: given, secrets }: ToSign): SignedWebhook {
  const { timestamp: rule, id: idRule } = plan;
  const { path } = plan.signature;
  const nowMs = epochMs(webhook.now);
  const timestamp = rule && (path || !rule.path) ? formatTimestamp(nowMs, rule.unit) : undefined;
  const id = webhook.id ?? (idRule?.inPayload ? `msg_${randomUUID()}` : undefined);
  if (id !== undefined && !isId(id)) throw fault(plan, 'cannot have this id: at most 512 visible ASCII characters');

  const json = parseJson(given);
  if (path) {
    if (!isObject(json)) throw fault(plan, 'writes its signature into the body, which has to be a JSON object');
    if (rule?.path && timestamp !== undefined) setAt(json, rule.path, timestamp);
    if (idRule?.path && id !== undefined) setAt(json, idRule.path, id);
  }
  const headers = lowerCased(webhook.headers ?? {});
  const signed = signedBytes(plan, given, {
    timestamp,
    id,
    method: webhook.method ?? 'POST',
    url: webhook.url,
    header: (name) => headers[name],
    json: (path) => textAt(json, path),
  });
  if (!signed) throw fault(plan, `signs ${JSON.stringify(plan.sender.payload)}: give all of its parts`);

  for (const { slot, value } of plan.required) headers[plan.headers.name(slot)] = value;
  if (rule?.slot !== undefined && timestamp !== undefined) headers[plan.headers.name(rule.slot)] = timestamp;
  if (idRule?.slot !== undefined && id !== undefined) headers[plan.headers.name(idRule.slot)] = id;
  const signatures = secrets.map((each) => makeSignature(plan, signed, each));
  if (!path) return { headers: { ...headers, ...place(plan, signatures, timestamp) }, body: given };
  if (signatures.length > 1) throw fault(plan, 'has room for 1 signature(s) only');
  setAt(json as Record<string, unknown>, path, (signatures[0] as Signature).text);
  return { headers, body: Buffer.from(JSON.stringify(json)) };
}

/** An empty secret signs as well, which would be found out only at the receiver. */
function checkSecret(plan: SenderPlan, secret: string): void {
  const text = parseSecretText(secret);
  if (typeof text === 'string') return;
  throw fault(plan, `cannot sign: the secret ${text.fault}; ${text.cure}`);
}

function setAt(json: Record<string, unknown>, path: readonly string[], value: string): void {
  let object = json;
  for (const step of path.slice(0, -1)) {
    const next = Object.hasOwn(object, step) ? object[step] : undefined;
    const inner = isObject(next) ? next : {};
    object[step] = inner;
    object = inner;
  }
  object[path.at(-1) as string] = value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Writes the signatures where and how the sender writes them. */
function place(
  plan: SenderPlan,
  signatures: readonly Signature[],
  timestamp: string | undefined,
): Record<string, string> {
  const { slots, list, prefix } = plan.signature;
  const name = (index: number): string => plan.headers.name(slots[index] ?? -1);
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
