import { decodeBase64 } from '../encoding/decode-base64.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';

/** Adyen's standard payment notifications: each item carries a signature of eight of its fields. The key is hex. */
export const adyenItem = defineCodedSender({
  name: 'adyen-item',
  docs: 'https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures',
  aliases: ['adyen', 'adyen-standard'],
  algorithm: 'hmac-sha256',
  key: 'hex',
  signature: { json: 'notificationItems.0.NotificationRequestItem.additionalData.hmacSignature', encoding: 'base64' },
  id: { json: 'notificationItems.0.NotificationRequestItem.pspReference' },
  code: { signsId: true, verify, sign },
  identity: 'signed-bytes',
  eventType: { json: 'notificationItems.0.NotificationRequestItem.eventCode' },
  acknowledgement: '[accepted]',
});

const NOTHING = new Uint8Array();
const MOST_ITEMS = 100;
const DIGEST_BYTES = 32;

type Json = Readonly<Record<string, unknown>>;

function verify(delivery: Delivery, keys: readonly SecretKey[]): CodeMatch | Rejection {
  const items = itemsOf(delivery.document());
  if (items === undefined) return reject('malformed', 'the body holds no notificationItems');
  const parsed: { text: string; bytes: Buffer }[] = [];
  for (const item of items) {
    const text = signedText(item);
    if (text === undefined) return reject('malformed', 'a signed field of an item is no text');
    const signature = fieldOf(objectAt(item, 'additionalData'), 'hmacSignature');
    if (!signature) return reject('missing', 'an item carries no signature');
    const bytes = signature.length <= 64 ? decodeBase64(signature) : undefined;
    if (bytes?.length !== DIGEST_BYTES) return reject('malformed', 'the signature of an item is no digest in base64');
    parsed.push({ text, bytes });
  }
  const secretIndex = keys.findIndex((key) =>
    parsed.every(({ text, bytes }) =>
      key.matches([{ scheme: key.scheme, bytes }], new SignedBytes(text, NOTHING, '', 'utf8')),
    ),
  );
  if (secretIndex < 0) return reject('mismatch', 'none of the secrets makes the signatures of all items');
  const signed = new SignedBytes(parsed.map(({ text }) => text).join('\n'), NOTHING, '', 'utf8');
  return { secretIndex, signed, id: items.length === 1 ? idOf(items[0] as Json) : undefined };
}

/** Adyen's advice: an event is the same where its reference, code and outcome are. */
function idOf(item: Json): string {
  return ['pspReference', 'eventCode', 'success'].map((name) => fieldOf(item, name) ?? '').join(':');
}

function itemsOf(document: unknown): readonly Json[] | undefined {
  const list = isObject(document) && Object.hasOwn(document, 'notificationItems') && document['notificationItems'];
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST_ITEMS) return undefined;
  const items = list.map((entry: unknown) =>
    isObject(entry) ? objectAt(entry, 'NotificationRequestItem') : undefined,
  );
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** The fields with colons between them; one that is absent is empty. */
function signedText(item: Json): string | undefined {
  const amount = objectAt(item, 'amount');
  const fields = [
    ...['pspReference', 'originalReference', 'merchantAccountCode', 'merchantReference'].map((name) =>
      fieldOf(item, name),
    ),
    ...['value', 'currency'].map((name) => fieldOf(amount, name)),
    ...['eventCode', 'success'].map((name) => fieldOf(item, name)),
  ];
  return fields.includes(undefined) ? undefined : fields.join(':');
}

function fieldOf(object: Json | undefined, name: string): string | undefined {
  const value = object && Object.hasOwn(object, name) ? object[name] : undefined;
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : undefined;
}

function objectAt(object: Json, name: string): Json | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function sign(webhook: CodeToSign): CodeSigned {
  const items = itemsOf(webhook.json);
  if (items === undefined) return webhook.refuse('signs the items of a body: give a JSON body with notificationItems');
  const notificationItems = items.map((item) => {
    const text = signedText(item);
    if (text === undefined) return webhook.refuse('signs fields that are text');
    const [hmacSignature, second] = webhook.signatures(new SignedBytes(text, NOTHING, '', 'utf8'));
    if (second !== undefined) return webhook.refuse('has room for 1 signature(s) only');
    const additionalData = { ...objectAt(item, 'additionalData'), hmacSignature };
    return { NotificationRequestItem: { ...item, additionalData } };
  });
  return { headers: {}, body: Buffer.from(JSON.stringify({ ...(webhook.json as Json), notificationItems })) };
}
