import { decodeBase64 } from '../encoding/decode-base64.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import type { HandshakeResponse } from '../contract/handshake.js';
import { importCertificate } from '../keys/import-certificate.js';
import { parseJson } from '../encoding/json-path.js';
import type { KeyRequest } from '../coded/key-request.js';
import { parseTimestamp } from '../encoding/parse-timestamp.js';
import { isValidAt, type SecretKey } from '../keys/secret-key.js';
import type { CodeMatch } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';
import { verifies } from '../keys/verifies.js';
import type { WebhookRequest } from '../contract/webhook-request.js';

/**
 * Amazon SNS: fields of the JSON signed with RSA; the certificate's URL stands in the message. Its type is text/plain.
 */
export const awsSns = defineCodedSender({
  name: 'aws-sns',
  docs: 'https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html',
  aliases: ['sns'],
  algorithm: 'rsa-sha256',
  signature: { json: 'Signature', encoding: 'base64' },
  id: { json: 'MessageId' },
  code: { signsId: true, importKey: importCertificate, verify, keyRequest },
  handshake: { signed: true, answer: reportConfirmation },
  eventType: { json: 'Type' },
});

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};
const HASHES: Readonly<Record<string, string>> = { 1: 'sha1', 2: 'sha256' };
/** A region such as `us-gov-west-1`, so that `sns.s3-…` and other services of AWS are none. */
const HOST = /^https:\/\/sns\.[a-z]{2,4}(?:-[a-z]{2,12}){1,3}-\d{1,2}\.amazonaws\.com(?:\.cn)?\//;
const CERTIFICATE_PATH = /^\/SimpleNotificationService-[\w-]{1,128}\.pem$/;
const LONGEST_SIGNATURE = 2048;
const NOTHING = new Uint8Array();

type Message = Readonly<Record<string, unknown>>;

function verify(delivery: Delivery, keys: readonly SecretKey[], { nowMs }: Freshness): CodeMatch | Rejection {
  const message = messageOf(delivery.document());
  if (message === undefined) return reject('malformed', 'the body is no SNS message');
  const wanted = certificateUrl(message);
  if ('reason' in wanted) return wanted;
  const version = message['SignatureVersion'];
  const hash = typeof version === 'string' && Object.hasOwn(HASHES, version) ? HASHES[version] : undefined;
  if (hash === undefined) return reject('malformed', 'SignatureVersion is neither 1 nor 2');
  const text = signedText(message);
  if (text === undefined) return reject('malformed', 'the message lacks a field that SNS signs');
  const signature = message['Signature'];
  if (typeof signature !== 'string' || signature === '') return reject('missing', 'there is no Signature');
  const bytes = signature.length <= LONGEST_SIGNATURE ? decodeBase64(signature) : undefined;
  if (bytes === undefined) return reject('malformed', 'the Signature is not base64');

  const data = Buffer.from(text);
  let expired = false;
  for (const [secretIndex, { material }] of keys.entries()) {
    if (!material?.key) continue;
    if (!isValidAt(material, nowMs)) expired = true;
    else if (verifies(hash, data, material.key, bytes)) {
      const sentAtMs = parseTimestamp(String(message['Timestamp']), 'rfc3339');
      return {
        secretIndex,
        signed: new SignedBytes(text, NOTHING, '', 'utf8'),
        id: String(message['MessageId']),
        sentAtMs,
      };
    }
  }
  return expired
    ? reject('mismatch', 'the certificate is not valid at this time')
    : reject('mismatch', 'no certificate belongs to this signature');
}

function keyRequest(delivery: Delivery): KeyRequest | Rejection {
  const message = messageOf(delivery.document());
  return message ? certificateUrl(message) : reject('malformed', 'the body is no SNS message');
}

function messageOf(document: unknown): Message | undefined {
  return typeof document === 'object' && document !== null && !Array.isArray(document)
    ? (document as Message)
    : undefined;
}

function certificateUrl(message: Message): KeyRequest | Rejection {
  const url = message['SigningCertURL'];
  if (typeof url !== 'string' || url === '') return reject('missing', 'there is no SigningCertURL');
  const host = url.length <= 512 ? HOST.exec(url) : null;
  return host && CERTIFICATE_PATH.test(url.slice(host[0].length - 1))
    ? { ok: true, kind: 'url', url }
    : reject('malformed', 'SigningCertURL is not an address of SNS');
}

/** `Name\nvalue\n` of each field in order. */
function signedText(message: Message): string | undefined {
  const type = message['Type'];
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) return undefined;
  let text = '';
  for (const name of FIELDS[type] ?? []) {
    const value = Object.hasOwn(message, name) ? message[name] : undefined;
    if (typeof value === 'string') text += `${name}\n${value}\n`;
    else if (name !== 'Subject' || (value !== undefined && value !== null)) return undefined;
  }
  return text;
}

/**
 * Tells which address confirms a subscription. The receiver visits it if it wants the topic; nothing is fetched here.
 */
function reportConfirmation(_request: WebhookRequest, verifiedBody: Uint8Array): HandshakeResponse | undefined {
  const message = messageOf(parseJson(verifiedBody));
  const url = message?.['SubscribeURL'];
  if (message?.['Type'] !== 'SubscriptionConfirmation' || typeof url !== 'string' || !HOST.test(url)) return undefined;
  return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: '', confirmUrl: url };
}
