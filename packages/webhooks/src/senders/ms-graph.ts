import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { plainText } from '../handshakes/plain-text.js';
import { queryParameter } from '../encoding/query-parameter.js';
import { hashOf } from '../encoding/hash-of.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/**
 * Microsoft Graph change notifications: every item repeats the `clientState` of its subscription. Nothing is signed.
 */
export const msGraph = defineCodedSender({
  name: 'ms-graph',
  docs: 'https://learn.microsoft.com/graph/change-notifications-delivery-webhooks',
  aliases: ['microsoft-graph'],
  algorithm: 'token',
  signature: { json: 'value.0.clientState' },
  code: { verify, sign },
  handshake: { signed: false, answer: echoToken },
  eventType: [{ json: 'value.0.lifecycleEvent' }, { json: 'value.0.changeType' }],
});

const MOST_ITEMS = 1000;

type Json = Readonly<Record<string, unknown>>;

function verify(delivery: Delivery, keys: readonly SecretKey[]): CodeMatch | Rejection {
  const items = itemsOf(delivery.document());
  if (items === undefined) return reject('malformed', 'the body holds no notifications');
  const states = [
    ...new Set(items.map((item) => (Object.hasOwn(item, 'clientState') ? item['clientState'] : undefined))),
  ];
  if (!states.every((state) => typeof state === 'string' && state !== '')) {
    return reject('missing', 'a notification carries no clientState');
  }
  const hashes = states.map((state) => hashOf(Buffer.from(state as string)));
  const signed = new SignedBytes('', undefined, '', 'latin1');
  const secretIndex = keys.findIndex((key) =>
    hashes.every((bytes) => key.matches([{ scheme: key.scheme, bytes }], signed)),
  );
  return secretIndex < 0 ? reject('mismatch', 'the clientState is none of the secrets') : { secretIndex, signed };
}

function itemsOf(document: unknown): readonly Json[] | undefined {
  const list = isObject(document) && Object.hasOwn(document, 'value') && document['value'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_ITEMS) return undefined;
  return list.every(isObject) ? list : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** Answers the POST that checks an address: with the token, decoded, as plain text and never as markup. */
function echoToken({ method, url }: WebhookRequest): HandshakeResponse | undefined {
  const token = method === 'POST' ? queryParameter(url, 'validationToken') : undefined;
  return token !== undefined && /^[\x20-\x7e]{1,1024}$/.test(token) && !/[<>]/.test(token)
    ? plainText(token)
    : undefined;
}

function sign(webhook: CodeToSign): CodeSigned {
  const items = itemsOf(webhook.json);
  const [clientState, second] = webhook.secrets;
  if (items === undefined)
    return webhook.refuse('signs nothing, but repeats its secret in each item of "value": give such a body');
  if (second !== undefined) return webhook.refuse('has room for 1 signature(s) only');
  const value = items.map((item) => ({ ...item, clientState }));
  return { headers: {}, body: Buffer.from(JSON.stringify({ ...(webhook.json as Json), value })) };
}
