import { createHash, timingSafeEqual } from 'node:crypto';
import { decodeBase64Url } from '../encoding/decode-base64url.js';
import { decodeHex } from '../encoding/decode-hex.js';
import { defineSender } from '../definition/define-sender.js';
import type { Delivery } from '../request/delivery.js';
import type { Freshness } from '../request/freshness.js';
import { importJwk } from '../keys/import-jwk.js';
import { parseJson } from '../encoding/json-path.js';
import type { KeyRequest } from '../coded/key-request.js';
import type { TimestampPlan } from '../definition/sender-plan.js';
import { isValidAt, type SecretKey } from '../keys/secret-key.js';
import type { CodeMatch } from '../coded/sender-code.js';
import { SignedBytes } from '../definition/signed-bytes.js';
import { reject, type Rejection } from '../contract/verification.js';
import { verifies } from '../keys/verifies.js';

/** Plaid: an ES256 token in a header, which holds the hash of the body; its key is looked up by `kid`. */
export const plaid = defineSender({
  name: 'plaid',
  docs: 'https://plaid.com/docs/api/webhooks/webhook-verification/',
  algorithm: 'ecdsa-p256-sha256',
  signature: { header: 'plaid-verification', encoding: 'base64' },
  timestamp: { header: 'plaid-verification', unit: 's', tolerance: '5m' },
  code: { signsBody: true, importKey: importJwk, verify, keyRequest },
});

const HEADER = 'plaid-verification';
const LONGEST_TOKEN = 4096;
const SIGNATURE_BYTES = 64;
const NOTHING = new Uint8Array();

interface Token {
  readonly kid: string;
  readonly payload: Buffer;
  /** The first two parts, which are signed. */
  readonly text: string;
  readonly signature: Buffer;
}

function verify(delivery: Delivery, keys: readonly SecretKey[], freshness: Freshness): CodeMatch | Rejection {
  const token = tokenOf(delivery);
  if ('reason' in token) return token;
  const claims = objectOf(parseJson(token.payload));
  const issuedAt = claims?.['iat'];
  const hash = claims?.['request_body_sha256'];
  const digest = typeof hash === 'string' ? decodeHex(hash) : undefined;
  if (!Number.isSafeInteger(issuedAt) || digest?.length !== 32) {
    return reject('malformed', 'the token lacks iat or request_body_sha256');
  }
  const sentAtMs = freshness.check(delivery.plan.timestamp as TimestampPlan, String(issuedAt));
  if (typeof sentAtMs === 'object') return sentAtMs;
  if (!timingSafeEqual(digest, createHash('sha256').update(delivery.request.body).digest())) {
    return reject('mismatch', 'the token is for another body');
  }
  const data = Buffer.from(token.text);
  for (const [secretIndex, { material }] of keys.entries()) {
    if (!material?.key || (material.id ?? token.kid) !== token.kid || !isValidAt(material, freshness.nowMs)) continue;
    if (verifies('sha256', data, { key: material.key, dsaEncoding: 'ieee-p1363' }, token.signature)) {
      return { secretIndex, signed: new SignedBytes(token.text, NOTHING, '', 'latin1'), sentAtMs };
    }
  }
  return reject('mismatch', 'no key with the id of the token belongs to its signature');
}

function keyRequest(delivery: Delivery): KeyRequest | Rejection {
  const token = tokenOf(delivery);
  return 'reason' in token ? token : { ok: true, kind: 'kid', kid: token.kid };
}

/** Takes the token apart. Its algorithm is fixed, whatever it says of itself (RFC 8725 §3.1). */
function tokenOf(delivery: Delivery): Token | Rejection {
  const text = delivery.header(HEADER);
  if (text === undefined || text === '') return reject('missing', `there is no ${HEADER}`);
  if (text.length > LONGEST_TOKEN) return reject('malformed', 'the token is too long');
  const parts = text.split('.');
  const [header, payload, signature] = parts.map((part) => decodeBase64Url(part));
  if (parts.length !== 3 || !header || !payload || signature?.length !== SIGNATURE_BYTES) {
    return reject('malformed', 'the header is no signed token');
  }
  const said = objectOf(parseJson(header));
  if (said?.['alg'] !== 'ES256') return reject('malformed', 'the token is not for ES256');
  if ('crit' in said) return reject('malformed', 'the token demands an extension');
  const kid = said['kid'];
  if (typeof kid !== 'string' || !/^[\w.:-]{1,128}$/.test(kid)) return reject('malformed', 'the token names no key');
  return { kid, payload, text: text.slice(0, text.lastIndexOf('.')), signature };
}

function objectOf(json: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
    ? (json as Record<string, unknown>)
    : undefined;
}
