import { createHash, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export const JSON_TYPE = { 'content-type': 'application/json' };
export const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };

export function hmac(
  hash: string,
  key: string | Buffer,
  data: string | Buffer,
  encoding: 'hex' | 'base64' = 'hex',
): string {
  return createHmac(hash, key).update(data).digest(encoding);
}

export function seconds(offset = 0): number {
  return Math.floor(Date.now() / 1000) + offset;
}

export function stripe(body: string | Buffer, { secret = 'whsec_of_the_shop', at = seconds() } = {}) {
  const mac = createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex');
  return { ...JSON_TYPE, 'stripe-signature': `t=${at},v1=${mac}` };
}

export function github(body: string | Buffer, delivery?: string) {
  return {
    ...JSON_TYPE,
    'x-hub-signature-256': `sha256=${hmac('sha256', 'gh', Buffer.from(body))}`,
    ...(delivery !== undefined && { 'x-github-delivery': delivery }),
  };
}

const BOUNDARY = '----------------------------9051914041544843365972754266';
export const MULTIPART_TYPE = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };

export function multipart(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`);
}

export const ecKeys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

export function spki(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}

/** Plaid's: a JWT whose claim is the hash of the body. */
export function plaid(body: string, at: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const hash = createHash('sha256').update(body).digest('hex');
  const text = `${part({ alg: 'ES256', kid: 'key-1', typ: 'JWT' })}.${part({ iat: at, request_body_sha256: hash })}`;
  const signature = sign('sha256', Buffer.from(text), { key: ecKeys.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
