import { crc32 } from '../encoding/crc32.js';
import { decodeBase64 } from '../encoding/decode-base64.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import { isId, type Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import { importCertificate } from '../keys/import-certificate.js';
import type { KeyRequest } from '../coded/key-request.js';
import { parseSecretText, type KeyFault } from '../keys/secret-text.js';
import type { Scheme } from '../definition/scheme.js';
import { isValidAt, MaterialKey, type SecretKey } from '../keys/secret-key.js';
import type { CodeMatch } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';
import { verifies } from '../keys/verifies.js';

/**
 * PayPal: id, time, webhook id and checksum of the body, signed with RSA. The secret is the webhook id; the certificate
 * is fetched.
 */
export const paypal = defineCodedSender({
  name: 'paypal',
  docs: 'https://developer.paypal.com/api/rest/webhooks/rest/',
  algorithm: 'rsa-sha256',
  signature: { header: 'paypal-transmission-sig', encoding: 'base64' },
  id: { header: 'paypal-transmission-id' },
  code: {
    signsId: true,
    headers: ['paypal-transmission-time', 'paypal-cert-url', 'paypal-auth-algo'],
    importKey,
    verify,
    keyRequest,
  },
  eventType: { json: 'event_type' },
});

const CERTIFICATE_URL = /^https:\/\/(?:[a-z0-9-]{1,63}\.){1,3}paypal\.com\/v1\/notifications\/certs\/[\w-]{1,128}$/;
const LONGEST_SIGNATURE = 2048;

/** PayPal states no rule; the id is signed, so a copy is known as one. */
const ANY_AGE = { unit: 'rfc3339', toleranceMs: Infinity } as const;

function importKey(secret: unknown, scheme: Scheme): SecretKey | KeyFault {
  const text = parseSecretText(secret);
  if (typeof text !== 'string') return text;
  if (text.includes('-----BEGIN ')) return importCertificate(text, scheme);
  return /^[\w-]{1,64}$/.test(text)
    ? new MaterialKey(scheme, { text })
    : { fault: 'is neither a webhook id nor a certificate', cure: 'give the id that PayPal shows for the webhook' };
}

function verify(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection {
  const wanted = keyRequest(delivery);
  if ('reason' in wanted) return wanted;
  if (delivery.header('paypal-auth-algo') !== 'SHA256withRSA') {
    return reject('malformed', 'paypal-auth-algo is not SHA256withRSA');
  }
  const signature = delivery.header('paypal-transmission-sig');
  if (!signature) return reject('missing', 'there is no signature');
  const bytes = signature.length <= LONGEST_SIGNATURE ? decodeBase64(signature) : undefined;
  if (bytes === undefined) return reject('malformed', 'the signature is not base64');
  const id = delivery.header('paypal-transmission-id');
  if (!id) return reject('missing', 'there is no id');
  if (!isId(id) || id.includes('|')) return reject('malformed', 'the id is too long or not plain text');
  const time = delivery.header('paypal-transmission-time');
  const sentAtMs = freshness.check(ANY_AGE, time);
  if (typeof sentAtMs === 'object') return sentAtMs;

  const sum = crc32(delivery.request.body);
  for (const [secretIndex, { material }] of keys.entries()) {
    if (material?.text === undefined) continue;
    const text = `${id}|${time}|${material.text}|${sum}`;
    const data = Buffer.from(text);
    const genuine = keys.some(
      ({ material: { key, ...validity } = {} }) =>
        key !== undefined && isValidAt(validity, freshness.nowMs) && verifies('sha256', data, key, bytes),
    );
    // A checksum binds the body loosely, so a fingerprint takes the body as well.
    if (genuine) return { secretIndex, signed: new SignedBytes(text, undefined, '', 'latin1'), id, sentAtMs };
  }
  return reject('mismatch', 'no valid certificate belongs to this signature for the webhook id');
}

function keyRequest(delivery: Delivery): KeyRequest | Rejection {
  const url = delivery.header('paypal-cert-url');
  if (url === undefined || url === '') return reject('missing', 'there is no paypal-cert-url');
  return CERTIFICATE_URL.test(url)
    ? { ok: true, kind: 'url', url }
    : reject('malformed', 'paypal-cert-url is not an address of PayPal');
}
