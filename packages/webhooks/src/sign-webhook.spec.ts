import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { defineSender } from './definition/define-sender.js';
import { codeOf } from './coded/code-of.js';
import { planOf } from './registry/plan-of.js';
import { senders } from './senders/index.js';
import { signWebhook } from './sign-webhook.js';
import { verifyWebhook } from './verify-webhook.js';

const now = 1_700_000_000_000;
const body = '{"id":"evt_1","webhookTimestamp":1700000000000,"n":"é$&"}';
const url = 'https://shop.example/hooks';
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const seed = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';

const base64 = Buffer.from(seed, 'hex').toString('base64');

function rsaPair(): readonly [string, string] {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return [
    String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    String(rsa.publicKey.export({ format: 'pem', type: 'spki' })),
  ];
}

/** The key that the sender signs with, and the one that the receiver has. */
const pairs: Readonly<Record<string, readonly [string, string]>> = {
  'standard-webhooks': ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  svix: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  'adyen-header': [seed, seed],
  postmark: ['user:p:ss', 'user:p:ss'],
  rfc9421: ['c2VjcmV0', 'c2VjcmV0'],
  plaid: [
    String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    String(publicKey.export({ format: 'pem', type: 'spki' })),
  ],
  airtable: [base64, base64],
  'ms-teams-outgoing': [base64, base64],
  'authorize-net': [seed, seed],
  squarespace: [seed, seed],
  'azure-devops': ['user:p:ss', 'user:p:ss'],
  fal: [seed, '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8'],
  telnyx: [
    base64,
    Buffer.from('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8', 'hex').toString('base64'),
  ],
  wise: rsaPair(),
  highlevel: rsaPair(),
  discord: [seed, '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8'],
  sendgrid: [
    String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  ],
};
const inHeaders = senders.filter((sender) => {
  const code = codeOf(planOf(sender));
  return planOf(sender).signature.place === undefined && (code?.verify === undefined || code.sign !== undefined);
});
const comparing = new Set(['token', 'basic']);
const names = (list: typeof senders) => list.map(({ name }) => [name] as const);

const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** Headers that these senders sign, or that say that the body is a form. */
const besides: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mandrill: form,
  plivo: form,
  fal: { 'x-fal-webhook-user-id': 'user-1' },
  contentful: {
    'x-contentful-signed-headers': 'x-contentful-signed-headers,x-contentful-timestamp',
  },
};

function exchange(name: string) {
  const [signing, verifying] = pairs[name] ?? ['key', 'key'];
  const headers = signWebhook(name, { body, now, url, headers: besides[name] ?? {} }, signing);
  return { request: { method: 'POST', headers, body: Buffer.from(body) }, secrets: [verifying] };
}

describe('signWebhook', () => {
  it.each(names(inHeaders))('writes headers for %s that verify, and without which nothing does', (name) => {
    const { request, secrets } = exchange(name);
    expect(verifyWebhook(name, request, secrets, { now, url })).toMatchObject({ ok: true, secretIndex: 0 });
    expect(verifyWebhook(name, { ...request, headers: {} }, secrets, { now, url }).ok).toBe(false);
  });

  it.each(names(inHeaders.filter(({ name, algorithm }) => !comparing.has(algorithm) && name !== 'mercadopago')))(
    'writes headers for %s that fit no other body',
    (name) => {
      const { request, secrets } = exchange(name);
      const other = { ...request, body: Buffer.from(`${body} `) };
      expect(verifyWebhook(name, other, secrets, { now, url })).toMatchObject({ reason: 'mismatch' });
    },
  );

  it.each(names(inHeaders.filter(({ timestamp }) => timestamp)))('writes headers for %s that expire', (name) => {
    const { request, secrets } = exchange(name);
    const later = { now: now + 3_600_000, url };
    expect(verifyWebhook(name, request, secrets, later)).toMatchObject({ reason: 'stale' });
  });

  it('writes the known answer of Standard Webhooks', () => {
    const webhook = { body: '{"test": 2432232314}', id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', now: 1_614_265_330_000 };
    expect(signWebhook('standard-webhooks', webhook, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('makes up an id where the id is signed and none is given', () => {
    const sign = () => signWebhook('svix', { body, now }, pairs['svix']?.[0] ?? '')['svix-id'];
    expect(sign()).toMatch(/^msg_/);
    expect(sign()).not.toBe(sign());
  });

  it('writes a signature of each secret where there is room for them', () => {
    expect(signWebhook('stripe', { body, now }, ['a', 'b'])['stripe-signature']).toMatch(/^t=\d+,v1=\w{64},v1=\w{64}$/);
    expect(Object.keys(signWebhook('docusign', { body }, ['a', 'b']))).toHaveLength(2);
    expect(() => signWebhook('github', { body }, ['a', 'b'])).toThrow(/room for 1/);
  });

  it('says what it lacks', () => {
    expect(() => signWebhook('square', { body }, 'key')).toThrow(/"{url}{body}": give all of its parts/);
    expect(() => signWebhook('mailgun', { body }, 'key')).toThrow(/into the body/);
    expect(() => signWebhook('stripe', { body }, '')).toThrow(/is empty/);
    expect(() => signWebhook('sendgrid', { body }, 'YWJj')).toThrow(/is no private key/);
    expect(() => signWebhook('discord', { body }, 'abcd')).toThrow(/has 2 bytes/);
  });

  it('signs with RSA too', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const sender = defineSender({
      name: 'rsa',
      algorithm: 'rsa-sha256',
      signature: { header: 'x-signature', encoding: 'base64' },
    });
    const headers = signWebhook(sender, { body }, String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })));
    const pem = String(rsa.publicKey.export({ format: 'pem', type: 'spki' }));
    expect(verifyWebhook(sender, { headers, body: Buffer.from(body) }, [pem]).ok).toBe(true);
    expect(verifyWebhook(sender, { headers, body: Buffer.from('') }, [pem]).ok).toBe(false);
  });
});
