import { defineCodedSender } from '../coded/define-coded-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import { readSignatures } from '../request/read-signatures.js';
import type { SecretKey } from '../keys/secret-key.js';
import type { CodeMatch, CodeSigned, CodeToSign } from '../coded/sender-code.js';
import type { TimestampPlan } from '../definition/sender-plan.js';
import { fieldValues } from '../http-signatures/signature-base.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';

/** Coinbase Developer Platform, and others who send through Hook0: the signature names the headers that it covers. */
export const coinbaseCdp = defineCodedSender({
  name: 'coinbase-cdp',
  docs: 'https://docs.cdp.coinbase.com/webhooks/verify-signatures',
  aliases: ['hook0'],
  algorithm: 'hmac-sha256',
  signature: { header: 'x-hook0-signature', list: { separator: ',', assign: '=', label: 'v1' } },
  timestamp: { entry: 't', unit: 's', tolerance: '5m' },
  code: { signsBody: true, verify, sign },
  identity: 'signed-bytes',
  eventType: [{ header: 'x-event-type' }, { json: 'eventType' }, { json: 'event_type' }],
});

const HEADER = 'x-hook0-signature';
const MOST_NAMES = 32;

function verify(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection {
  const signatures = readSignatures(delivery.plan, delivery);
  if ('reason' in signatures) return signatures;
  const sentAtMs = freshness.check(delivery.plan.timestamp as TimestampPlan, signatures.timestamp);
  if (typeof sentAtMs === 'object') return sentAtMs;
  const names = coveredHeaders(delivery.header(HEADER) ?? '');
  if (names === undefined) return reject('malformed', 'the signature does not say which headers it covers');
  const values = names.split(' ').map((name) => fieldValues(name.toLowerCase(), delivery.request.headers));
  if (values.some(({ length }) => length > 1)) return reject('duplicate-header', 'a covered header occurs twice');
  const text = `${names}.${values.map(([value = '']) => value).join('.')}.`;
  const { body } = delivery.request;
  const signed = new SignedBytes(`${signatures.timestamp}.${text}`, body, '', 'utf8');
  const secretIndex = keys.findIndex((key) => key.matches(signatures.candidates, signed));
  if (secretIndex < 0) return delivery.plan.mismatch;
  return { secretIndex, signed, sentAtMs, lasting: new SignedBytes(text, body, '', 'utf8') };
}

/** The one entry `h`: names with blanks between them. */
function coveredHeaders(text: string): string | undefined {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith('h='));
  const names = entries[0]?.slice(2) ?? '';
  if (entries.length !== 1 || !/^[\w-]+(?: [\w-]+)*$/.test(names)) return undefined;
  return names.split(' ').length <= MOST_NAMES ? names : undefined;
}

function sign(webhook: CodeToSign): CodeSigned {
  const headers = { 'content-type': 'application/json', ...webhook.headers };
  const timestamp = Math.floor(webhook.nowMs / 1000);
  const names = Object.keys(headers).join(' ');
  const text = `${timestamp}.${names}.${Object.values(headers).join('.')}.`;
  const signatures = webhook.signatures(new SignedBytes(text, webhook.body, '', 'utf8'));
  const entries = [`t=${timestamp}`, `h=${names}`, ...signatures.map((signature) => `v1=${signature}`)];
  return { headers: { ...headers, [HEADER]: entries.join(',') } };
}
