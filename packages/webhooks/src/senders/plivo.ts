import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import { reject, type Rejection } from '../contract/verification.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { formEntries } from '../encoding/parse-form.js';
import type { FormEntry } from '../encoding/parse-multipart.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { Delivery } from '../request/delivery.js';
import { publicUrls } from '../request/public-urls.js';
import { readSignatures } from '../request/read-signatures.js';

/** Plivo's signature V3: the URL with sorted parameters and a nonce. The key is the auth token. Equal calls repeat. */
export const plivo = defineCodedSender({
  name: 'plivo',
  docs: 'https://www.plivo.com/docs/voice/concepts/signature-validation',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-plivo-signature-v3', encoding: 'base64', list: { separator: ',' } },
  identity: 'none',
  eventType: [{ form: 'Event' }, { form: 'CallStatus' }, { form: 'Status' }],
  code: { signsBody: true, signsUrl: true, headers: ['x-plivo-signature-v3-nonce', 'content-type'], verify, sign },
});

const NONCE = 'x-plivo-signature-v3-nonce';
/** The parameters are signed as text, so the bytes of the body say no more than that text. */
const NOTHING = new Uint8Array();

function verify(delivery: Delivery, keys: readonly SecretKey[]): CodeMatch | Rejection {
  const signatures = readSignatures(delivery.plan, delivery);
  if ('reason' in signatures) return signatures;
  const nonce = delivery.header(NONCE);
  if (!nonce) return reject('missing', `there is no ${NONCE}`);
  const { method = 'POST', body } = delivery.request;
  const fields = method === 'GET' ? [] : textFields(body, delivery.header('content-type'));
  if (fields === undefined) return reject('malformed', 'the body is no form, which is all that Plivo signs');
  for (const url of publicUrls(delivery)) {
    const text = signedText(url, fields);
    const signed = new SignedBytes(`${text}.${nonce}`, NOTHING, '', 'utf8');
    const secretIndex = keys.findIndex((key) => key.matches(signatures.candidates, signed));
    if (secretIndex >= 0) return { secretIndex, signed, lasting: new SignedBytes(text, NOTHING, '', 'utf8') };
  }
  return delivery.plan.mismatch;
}

type Field = readonly [string, string];

/** `undefined` for a body that the parameters do not cover, such as JSON or one with files. */
function textFields(body: Uint8Array, contentType: string | undefined): readonly Field[] | undefined {
  if (body.length === 0) return [];
  const entries = formEntries(body, contentType);
  const isText = (entry: FormEntry): entry is Field => typeof entry[1] === 'string';
  return entries?.every(isText) === true ? entries : undefined;
}

function signedText(url: string, fields: readonly Field[]): string {
  const at = url.indexOf('?');
  const base = at < 0 ? url : url.slice(0, at);
  const query = sorted([...new URLSearchParams(at < 0 ? '' : url.slice(at + 1))])
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const mark = query !== '' || fields.length > 0 ? '?' : '';
  const dot = query !== '' && fields.length > 0 ? '.' : '';
  return (
    base +
    mark +
    query +
    dot +
    sorted(fields)
      .map(([name, value]) => name + value)
      .join('')
  );
}

function sorted(fields: readonly Field[]): readonly Field[] {
  const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
  return fields.toSorted((one, other) => order(one[0], other[0]) || order(one[1], other[1]));
}

function sign({ url, body, method, headers, id, signatures, refuse }: CodeToSign): CodeSigned {
  if (url === undefined || !/^https?:\/\//i.test(url)) return refuse('signs the URL: give it as "url"');
  const fields =
    method === 'GET' ? [] : textFields(body, headers['content-type'] ?? 'application/x-www-form-urlencoded');
  if (fields === undefined) return refuse('signs forms only: give a urlencoded body');
  const nonce = id ?? '12345678901234567890';
  const texts = signatures(new SignedBytes(`${signedText(url, fields)}.${nonce}`, NOTHING, '', 'utf8'));
  return { headers: { [NONCE]: nonce, 'x-plivo-signature-v3': texts.join(',') } };
}
