import type { CodeMatch, SenderCode } from '../sender-code.js';
import type { KeyRequest } from '../key-request.js';
import { reject, type Rejection } from '../../contract/verification.js';
import type { JwtRule } from '../../definition/jwt-rule.js';
import type { Sender } from '../../definition/sender.js';
import { SignedBytes } from '../../definition/signed-bytes.js';
import type { SecretKey } from '../../keys/secret-key.js';
import type { Delivery } from '../../request/delivery.js';
import type { Freshness } from '../../request/freshness.js';
import { publicUrls } from '../../request/public-urls.js';
import { checkBody, checkClaims, checkUrl } from './check-claims.js';
import { claimsOf, parseToken, type Claims, type Token } from './parse-token.js';
import { signToken } from './sign-token.js';
import { importTokenKey, TOKEN_ALGORITHMS, TokenKey } from './token-key.js';

const NOTHING = new Uint8Array();
const KID = /^[\w.:/@=+-]{1,256}$/;

/** Verifies and makes the tokens of a sender that its `jwt` describes. */
export function jwtCode(sender: Sender, rule: JwtRule): SenderCode {
  return {
    importKey: importTokenKey,
    verify: (delivery, keys, freshness) => verify(delivery, keys, { rule, freshness }),
    sign: (webhook) => signToken(sender, rule, webhook),
    ...(sender.fetchedKey !== undefined && { keyRequest: (delivery) => keyRequest(delivery) }),
  };
}

/** The claims by themselves first, then the signature, then the hash over the body. */
function verify(
  delivery: Delivery,
  keys: readonly SecretKey[],
  { rule, freshness }: { readonly rule: JwtRule; readonly freshness: Freshness },
): CodeMatch | Rejection {
  const { plan, request } = delivery;
  const token = tokenOf(delivery);
  if ('reason' in token) return token;
  const claims = claimsOf(rule.detached === true && token.payload.length === 0 ? Buffer.from('{}') : token.payload);
  if (claims === undefined) return reject('malformed', 'the token holds no claims');
  const unmet = checkClaims(claims, rule, freshness.nowMs);
  if (unmet !== undefined) return unmet;
  const { timestamp } = plan;
  const sentAtMs = timestamp === undefined ? undefined : freshness.check(timestamp, timeOf(delivery, claims));
  if (typeof sentAtMs === 'object') return sentAtMs;
  const data = signedData(token, rule, request.body);
  if (data === undefined) return reject('malformed', 'the token is not detached from its payload');
  const secretIndex = keys.findIndex((key) => key instanceof TokenKey && key.signed(token, data, freshness.nowMs));
  if (secretIndex < 0) return reject('mismatch', 'none of the keys belongs to the signature of the token');
  const urls = /^https?:/i.test(delivery.url ?? '') ? publicUrls(delivery) : [];
  const other = checkUrl(claims, rule.url, urls) ?? checkBody(claims, rule.body, request.body);
  if (other !== undefined) return other;
  const covers = plan.coversBody;
  return {
    secretIndex,
    signed: new SignedBytes(token.text, covers ? NOTHING : undefined, '', 'latin1'),
    lasting: new SignedBytes('', covers ? request.body : undefined, '', 'latin1'),
    id: idOf(delivery, claims),
    sentAtMs,
  };
}

/** Takes the token apart. Its algorithm is the sender's, whatever it says of itself (RFC 8725 §3.1). */
function tokenOf(delivery: Delivery): Token | Rejection {
  const { signature, sender, schemes } = delivery.plan;
  const written = delivery.signature(0);
  if (written === undefined || written === '') return reject('missing', 'there is no token');
  const { prefix = '' } = signature;
  const cut = written.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase() ? prefix.length : 0;
  const detached = sender.jwt?.detached === true;
  const token = parseToken(written.slice(cut).trim(), detached);
  if ('reason' in token) return token;
  const { alg, crit, b64, kid } = token.header;
  const wanted = TOKEN_ALGORITHMS[sender.algorithm];
  if (wanted === undefined || alg !== wanted) return reject('malformed', `the token is not for ${wanted ?? ''}`);
  const known = detached && Array.isArray(crit) && crit.length === 1 && crit[0] === 'b64';
  if ((crit !== undefined && !known) || (b64 === false && !known)) {
    return reject('malformed', 'the token demands an extension');
  }
  const { fetchedKey } = sender;
  if (fetchedKey !== undefined && 'kid' in fetchedKey && (typeof kid !== 'string' || !KID.test(kid))) {
    return reject('malformed', 'the token names no key');
  }
  const [least, most] = schemes[0]?.sizes ?? [0, 0];
  if (token.signature.length < least || token.signature.length > most) {
    return reject('malformed', `the token has no signature of ${wanted}`);
  }
  return token;
}

/** The signing input (RFC 7515 §5.1); where the token is detached, with the body in place of its payload. */
function signedData(token: Token, rule: JwtRule, body: Uint8Array): Buffer | undefined {
  if (rule.detached !== true) return Buffer.from(token.text);
  if (token.payload.length > 0) return undefined;
  const head = Buffer.from(`${token.protectedText}.`);
  return Buffer.concat([
    head,
    token.header['b64'] === false ? body : Buffer.from(Buffer.from(body).toString('base64url')),
  ]);
}

function timeOf(delivery: Delivery, claims: Claims): string | undefined {
  const claim = delivery.plan.sender.timestamp?.claim;
  if (claim === undefined)
    return delivery.plan.timestamp === undefined ? undefined : delivery.at(delivery.plan.timestamp);
  const value = claims[claim];
  return typeof value === 'number' && Number.isFinite(value) ? String(Math.floor(value)) : undefined;
}

function idOf(delivery: Delivery, claims: Claims): string | undefined {
  const { id } = delivery.plan.sender;
  if (id?.claim === undefined) return delivery.plan.id === undefined ? undefined : delivery.at(delivery.plan.id);
  const value = claims[id.claim];
  return typeof value === 'string' ? value : undefined;
}

function keyRequest(delivery: Delivery): KeyRequest | Rejection {
  const token = tokenOf(delivery);
  if ('reason' in token) return token;
  const { kid } = token.header;
  const named = typeof kid === 'string' && KID.test(kid) ? kid : undefined;
  const rule = delivery.plan.sender.fetchedKey;
  if (rule !== undefined && 'jwks' in rule) {
    return { ok: true, kind: 'url', url: rule.jwks, ...(named !== undefined && { kid: named }) };
  }
  return named === undefined ? reject('malformed', 'the token names no key') : { ok: true, kind: 'kid', kid: named };
}
