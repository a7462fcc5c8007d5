import { createHash, createHmac, randomUUID, sign, type KeyObject } from 'node:crypto';
import type { CodeSigned, CodeToSign } from '../sender-code.js';
import type { JwtRule } from '../../definition/jwt-rule.js';
import type { Sender } from '../../definition/sender.js';
import { parsePrivateKey } from '../../keys/make-signature.js';
import { keyBytes } from '../../keys/parse-key.js';
import { hashOfShared, TOKEN_ALGORITHMS } from './token-key.js';

/** How long a token that is made here holds, in seconds, for senders whose tokens expire. */
const LIFETIME_S = 300;

/** The header with a token, as its sender would make it. */
export function signToken(sender: Sender, rule: JwtRule, webhook: CodeToSign): CodeSigned {
  const [secret, second] = webhook.secrets;
  if (secret === undefined || second !== undefined) return webhook.refuse('has room for 1 signature(s) only');
  const { header } = sender.signature;
  if (header === undefined) return webhook.refuse('does not write its token into a header');
  const kid = sender.fetchedKey === undefined ? {} : { kid: 'key-1' };
  const head = encode({ alg: TOKEN_ALGORITHMS[sender.algorithm], typ: 'JWT', ...kid });
  const body = webhook.body.toString('base64url');
  const payload = rule.detached === true ? body : encode(claims(sender, rule, webhook));
  const signature = signatureOf(webhook, secret, Buffer.from(`${head}.${payload}`)).toString('base64url');
  const token = `${head}.${rule.detached === true ? '' : payload}.${signature}`;
  return { headers: { [header.toLowerCase()]: (sender.signature.prefix ?? '') + token } };
}

function claims(sender: Sender, rule: JwtRule, webhook: CodeToSign): Record<string, unknown> {
  const seconds = Math.floor(webhook.nowMs / 1000);
  const { body, url } = rule;
  if (url !== undefined && url.optional !== true && webhook.url === undefined)
    return webhook.refuse('signs the URL: give it as "url"');
  return {
    ...rule.require,
    [sender.timestamp?.claim ?? 'iat']: seconds,
    exp: seconds + LIFETIME_S,
    [sender.id?.claim ?? 'jti']: webhook.id ?? randomUUID(),
    ...(url !== undefined &&
      webhook.url !== undefined && {
        [url.claim]:
          url.hash === undefined
            ? webhook.url
            : createHash(url.hash)
                .update(webhook.url)
                .digest(url.encoding ?? 'hex'),
      }),
    ...(body !== undefined && {
      [body.claim]: createHash(body.hash ?? 'sha256')
        .update(webhook.body)
        .digest(body.encoding ?? 'hex'),
    }),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signatureOf(webhook: CodeToSign, secret: string, data: Buffer): Buffer {
  const { scheme } = webhook;
  const { algorithm } = scheme;
  if (algorithm.startsWith('jwt-hs')) {
    const bytes = keyBytes(scheme, secret, scheme.key.prefix);
    if ('fault' in bytes) return webhook.refuse(`has a key that ${bytes.fault}: ${bytes.cure}`);
    return createHmac(hashOfShared(algorithm), bytes).update(data).digest();
  }
  const key = parsePrivateKey(scheme, secret);
  if ('fault' in key) return webhook.refuse(`has a key that ${key.fault}: ${key.cure}`);
  return algorithm === 'jwt-es256'
    ? sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' })
    : sign(algorithm === 'jwt-eddsa' ? null : 'sha256', data, key as KeyObject);
}
