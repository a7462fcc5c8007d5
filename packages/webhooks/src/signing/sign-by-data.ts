import { randomUUID } from 'node:crypto';
import { tokensOf } from '../definition/payload-template.js';
import type { SenderPlan } from '../definition/sender-plan.js';
import { signedBytes, type SignedBytes } from '../definition/signed-bytes.js';
import { formatTimestamp } from '../encoding/parse-timestamp.js';
import { makeSignature } from '../keys/make-signature.js';
import { Delivery, isId } from '../request/delivery.js';
import { epochMs } from '../request/freshness.js';
import type { SignedWebhook } from '../contract/webhook-to-sign.js';
import { placeSignatures } from './place-signatures.js';
import { signingFault } from './signing-fault.js';
import { lowerCased, type ToSign } from './to-sign.js';
import { WrittenBody } from './written-body.js';

/** Signs as the sender's data says, through the same view of the request that verifies it. */
export function signByData(plan: SenderPlan, { webhook, body: given, secrets }: ToSign): SignedWebhook {
  const { timestamp: rule, id: idRule, signature } = plan;
  const headers = lowerCased(webhook.headers);
  for (const { slot, value } of plan.required) headers[plan.headers.name(slot)] = value;
  for (const part of tokensOf(plan.payload)) if (part.kind === 'nonce') headers[part.name] ??= randomUUID();
  const body = new WrittenBody(plan, given, headers);
  const inBody = signature.place !== undefined && signature.place.query === undefined;

  const timestamp = timestampOf(plan, epochMs(webhook.now), inBody);
  const id = webhook.id ?? (idRule?.inPayload === true ? (body.at(idRule) ?? `msg_${randomUUID()}`) : undefined);
  if (id !== undefined && !isId(id))
    throw signingFault(plan, 'cannot have this id: at most 512 visible ASCII characters');
  if (rule?.slot !== undefined && timestamp !== undefined) headers[plan.headers.name(rule.slot)] = timestamp;
  if (idRule?.slot !== undefined && id !== undefined) headers[plan.headers.name(idRule.slot)] = id;
  if (inBody && rule !== undefined && timestamp !== undefined) body.write(rule, timestamp);
  if (inBody && idRule !== undefined && id !== undefined) body.write(idRule, id);

  const signed = bytesToSign(plan, { webhook, headers, body: body.bytes(), timestamp, id });
  const signatures = secrets.map((each) => makeSignature(plan, signed, each));
  if (signature.place === undefined) {
    return { headers: { ...headers, ...placeSignatures(plan, signatures, timestamp).headers }, body: given };
  }
  const { text } = placeSignatures(plan, signatures, timestamp);
  if (signature.place.query !== undefined) return { headers, body: given, url: withParameter(plan, webhook.url, text) };
  body.write(signature.place, text);
  return { headers: { ...headers, ...body.headers() }, body: body.bytes() };
}

/** Undefined where the time stands in a body that the caller has written. */
function timestampOf({ timestamp: rule }: SenderPlan, nowMs: number, inBody: boolean): string | undefined {
  if (rule === undefined) return undefined;
  const written = rule.path !== undefined || rule.form !== undefined || rule.query !== undefined;
  return inBody || !written ? formatTimestamp(nowMs, rule.unit) : undefined;
}

interface Parts extends Pick<ToSign, 'webhook'> {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly timestamp: string | undefined;
  readonly id: string | undefined;
}

function bytesToSign(plan: SenderPlan, { webhook, headers, body, timestamp, id }: Parts): SignedBytes {
  const { method = 'POST', url } = webhook;
  const request = { method, headers, body, ...(url !== undefined && { url }) };
  const slots = plan.headers.read(headers);
  const delivery = new Delivery(plan, request, Array.isArray(slots) ? slots : [], url);
  delivery.timestamp = timestamp ?? (plan.timestamp === undefined ? undefined : delivery.at(plan.timestamp));
  delivery.id = id;
  const signed = signedBytes(plan.payload, body, delivery);
  if (signed !== undefined) return signed;
  throw signingFault(plan, `signs ${JSON.stringify(plan.sender.payload)}: give all of its parts`);
}

function withParameter(plan: SenderPlan, url: string | undefined, text: string): string {
  if (url === undefined) throw signingFault(plan, 'writes its signature into the query: give the "url"');
  const name = plan.signature.place?.query ?? '';
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams([[name, text]]).toString()}`;
}
