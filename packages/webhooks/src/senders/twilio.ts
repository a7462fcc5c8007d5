import { createHash, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import { decodeHex } from '../encoding/decode-hex.js';
import { FormFields } from '../encoding/form-fields.js';
import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import { publicUrls } from '../request/public-urls.js';
import { readSignatures } from '../request/read-signatures.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';

/**
 * Twilio: the URL with the sorted form parameters; of other bodies, a hash that stands in the URL. The key is the auth
 * token.
 */
export const twilio = defineCodedSender({
  name: 'twilio',
  docs: 'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-twilio-signature', encoding: 'base64' },
  id: { header: 'i-twilio-idempotency-token' },
  code: { signsBody: true, signsId: false, signsUrl: true, headers: ['content-type'], verify, sign },
  hint: 'the auth token of the main account where a subaccount sends',
  eventType: [{ form: 'CallStatus' }, { form: 'MessageStatus' }, { form: 'EventType' }],
});

/** Parameters and all are signed as text, so the bytes of the body say no more than that text. */
const NOTHING = new Uint8Array();
const FORM = 'application/x-www-form-urlencoded';
const HASH = /[?&]bodySHA256=([^&#]*)/;

function verify(delivery: Delivery, keys: readonly SecretKey[]): CodeMatch | Rejection {
  const signatures = readSignatures(delivery.plan, delivery);
  if ('reason' in signatures) return signatures;
  const unsignedId = delivery.takeId();
  if (unsignedId) return unsignedId;
  const bases = publicUrls(delivery);
  const parameters = signedParameters(delivery, bases);
  if (typeof parameters === 'object') return parameters;
  for (const url of bases.filter((base) => parameters !== undefined || HASH.test(base)).flatMap(spellings)) {
    const signed = new SignedBytes(url + (parameters ?? ''), NOTHING, '', 'utf8');
    const secretIndex = keys.findIndex((key) => key.matches(signatures.candidates, signed));
    if (secretIndex >= 0) return { secretIndex, signed, id: delivery.id };
  }
  return delivery.plan.mismatch;
}

/**
 * The text that is signed behind the URL; `undefined` where the URL itself must carry the hash of the body, and one
 * does.
 */
function signedParameters(delivery: Delivery, urls: readonly string[]): string | undefined | Rejection {
  const { body } = delivery.request;
  const hashes = urls.map((url) => HASH.exec(url)?.[1]).filter((hash) => hash !== undefined);
  if (hashes.length > 0) {
    const actual = createHash('sha256').update(body).digest();
    const same = hashes.every((hash) => {
      const given = decodeHex(hash);
      return given?.length === actual.length && timingSafeEqual(given, actual);
    });
    return same ? undefined : reject('mismatch', 'the URL carries the hash of another body');
  }
  const type = mediaType(delivery.header('content-type'));
  if (type !== undefined && type !== FORM && body.length > 0) {
    return reject('malformed', 'the body is no form, and the URL carries no hash of it');
  }
  return sortedParameters(body);
}

function mediaType(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase();
}

/** Twilio's parameters are a form, whatever the content type says. */
function sortedParameters(body: Uint8Array): string {
  return new FormFields([
    ...new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8')),
  ]).sorted();
}

/** The spellings under which Twilio's back ends may have signed a URL: without and with its port, and with escapes. */
function spellings(url: string): readonly string[] {
  const plain = [withPort(url, false), withPort(url, true)];
  const normal = URL.canParse(url) ? new URL(url).toString() : url;
  const escaped = [withPort(normal, false), withPort(normal, true)];
  return [...new Set([...plain, ...escaped, ...escaped.map(withEscapedQuery)])];
}

function withPort(url: string, wanted: boolean): string {
  const parts = /^(https?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(:\d+)?(?=[/?#]|$)/i.exec(url);
  if (parts === null) return url;
  const [whole, scheme = '', user = '', host = '', port] = parts;
  const added = wanted ? (port ?? (scheme.toLowerCase() === 'https' ? ':443' : ':80')) : '';
  return `${scheme}://${user}${host}${added}${url.slice(whole.length)}`;
}

function withEscapedQuery(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? url : `${url.slice(0, at)}?${stringify(parse(url.slice(at + 1)))}`;
}

function sign(webhook: CodeToSign): CodeSigned {
  const { url, body, headers } = webhook;
  if (url === undefined || !/^https?:\/\//i.test(url)) return webhook.refuse('signs the URL: give it as "url"');
  const type = mediaType(headers['content-type']);
  const isForm = type === FORM || (type === undefined && !HASH.test(url));
  if (!isForm && body.length > 0 && !HASH.test(url)) {
    return webhook.refuse('carries the hash of a body that is no form as bodySHA256 in the URL');
  }
  const text = url + (isForm ? sortedParameters(body) : '');
  const signatures = webhook.signatures(new SignedBytes(text, NOTHING, '', 'utf8'));
  if (signatures.length !== 1) return webhook.refuse('has room for 1 signature(s) only');
  return { headers: { 'x-twilio-signature': signatures[0] as string } };
}
