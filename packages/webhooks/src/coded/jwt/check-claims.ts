import { createHash, timingSafeEqual } from 'node:crypto';
import { reject, type Rejection } from '../../contract/verification.js';
import type { HashEncoding } from '../../definition/algorithm.js';
import type { HashClaim, JwtRule } from '../../definition/jwt-rule.js';
import { decodeBase64 } from '../../encoding/decode-base64.js';
import { decodeBase64Url } from '../../encoding/decode-base64url.js';
import { decodeHex } from '../../encoding/decode-hex.js';
import type { Claims } from './parse-token.js';

/** How far clocks may differ where a token says when it begins and ends, in milliseconds. */
const LEEWAY_MS = 10_000;

/** `exp`, `nbf` (RFC 7519 §4.1) and the claims that must have a given value. */
export function checkClaims(claims: Claims, rule: JwtRule, nowMs: number): Rejection | undefined {
  const { exp, nbf } = claims;
  if ((exp !== undefined && !isTime(exp)) || (nbf !== undefined && !isTime(nbf))) {
    return reject('malformed', 'exp or nbf of the token is no number');
  }
  if (isTime(exp) && nowMs > exp * 1000 + LEEWAY_MS) return reject('stale', 'the token has expired');
  if (isTime(nbf) && nowMs < nbf * 1000 - LEEWAY_MS) return reject('stale', 'the token is not valid yet');
  for (const [name, wanted] of Object.entries(rule.require ?? {})) {
    const found = claims[name];
    if (found !== wanted && !(Array.isArray(found) && found.includes(wanted))) {
      return reject('mismatch', `the claim ${name} of the token has another value`);
    }
  }
  return undefined;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** Whether the token's hash of the body is that of this body. */
export function checkBody(claims: Claims, rule: HashClaim | undefined, body: Uint8Array): Rejection | undefined {
  if (rule === undefined) return undefined;
  const { claim, hash = 'sha256', encoding = 'hex', optionalWhenEmpty } = rule;
  const written = claims[claim];
  if (written === undefined && optionalWhenEmpty === true && body.length === 0) return undefined;
  const digest = typeof written === 'string' ? decode(written, encoding) : undefined;
  const actual = createHash(hash).update(body).digest();
  if (digest?.length !== actual.length) return reject('malformed', `the token lacks the hash of the body (${claim})`);
  return timingSafeEqual(digest, actual) ? undefined : reject('mismatch', 'the token is for another body');
}

/** Whether the token names one of these URLs. */
export function checkUrl(claims: Claims, rule: JwtRule['url'], urls: readonly string[]): Rejection | undefined {
  if (rule === undefined || (urls.length === 0 && rule.optional === true)) return undefined;
  const written = claims[rule.claim];
  if (typeof written !== 'string') return reject('malformed', `the token names no URL (${rule.claim})`);
  const named = urls.some((url) => {
    if (rule.hash === undefined) return url === written;
    return decode(written, rule.encoding ?? 'hex')?.equals(createHash(rule.hash).update(url).digest()) === true;
  });
  return named ? undefined : reject('mismatch', 'the token is for another URL');
}

function decode(text: string, encoding: HashEncoding): Buffer | undefined {
  if (encoding === 'hex') return decodeHex(text);
  return encoding === 'base64' ? decodeBase64(text) : decodeBase64Url(text, { padded: true });
}
