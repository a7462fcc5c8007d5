import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import adyen from '@adyen/api-library';
import { Signature } from '@hubspot/api-client/lib/src/utils/signature.js';
import { sign as octokitSign, verify as octokitVerify } from '@octokit/webhooks-methods';
import { createSigner, createVerifier, httpbis } from 'http-message-signatures';
import { importJWK, jwtVerify, SignJWT, exportJWK } from 'jose';
import * as standardwebhooks from 'standardwebhooks';
import { Stripe } from 'stripe';
import * as svixLibrary from 'svix';
import twilioLibrary from 'twilio/lib/webhooks/webhooks.js';
import { httpSignatureSender } from '../src/http-signatures/http-signature-sender.js';
import { keyRequest } from '../src/requested-key.js';
import { signWebhook, signWebhookRequest } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';
import { wallClock } from '../src/encoding/wall-clock.js';

const text = '{"id":"evt_1","n":"é $& $$"}';
const body = Buffer.from(text);
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const url = 'https://shop.example/hooks?a=1';
const date = new Date(Math.floor(wallClock() / 1000) * 1000);
const now = date.getTime();

describe('what others sign we accept, and what we sign they accept:', () => {
  it('stripe', () => {
    const { webhooks } = new Stripe('sk_test_1');
    const header = webhooks.generateTestHeaderString({ payload: text, secret, timestamp: now / 1000 });
    const request = { headers: { 'stripe-signature': header }, body };
    expect(verifyWebhook('stripe', request, secret, { now })).toMatchObject({ ok: true, id: 'evt_1' });
    const ours = signWebhook('stripe', { body, now }, secret)['stripe-signature'] ?? '';
    expect(webhooks.constructEvent(body, ours, secret).id).toBe('evt_1');
  });

  it.each([
    ['standard-webhooks', standardwebhooks.Webhook],
    ['svix', svixLibrary.Webhook],
  ] as const)('%s', (sender, Webhook) => {
    const prefix = sender === 'svix' ? 'svix' : 'webhook';
    const theirs = {
      [`${prefix}-id`]: 'msg_1',
      [`${prefix}-timestamp`]: String(now / 1000),
      [`${prefix}-signature`]: new Webhook(secret).sign('msg_1', date, text),
    };
    expect(verifyWebhook(sender, { headers: theirs, body }, secret, { now })).toMatchObject({ ok: true, id: 'msg_1' });
    const ours = signWebhook(sender, { body, now }, secret);
    expect(new Webhook(secret).verify(text, ours)).toMatchObject({ id: 'evt_1' });
  });

  it('@octokit/webhooks-methods', async () => {
    const headers = { 'x-hub-signature-256': await octokitSign(secret, text) };
    expect(verifyWebhook('github', { headers, body }, secret).ok).toBe(true);
    const ours = signWebhook('github', { body }, secret)['x-hub-signature-256'] ?? '';
    await expect(octokitVerify(secret, text, ours)).resolves.toBe(true);
  });

  it('twilio, forms with repeated keys', () => {
    const form = Buffer.from('To=%2B1&Digits=5&Digits=3&Digits=5&From=a+b&Empty=');
    const params = { To: '+1', Digits: ['5', '3', '5'], From: 'a b', Empty: '' };
    const headers = { 'x-twilio-signature': twilioLibrary.getExpectedTwilioSignature('token', url, params) };
    expect(verifyWebhook('twilio', { method: 'POST', headers, body: form }, 'token', { url }).ok).toBe(true);
    const ours = signWebhook('twilio', { body: form, url }, 'token')['x-twilio-signature'] ?? '';
    expect(twilioLibrary.validateRequest('token', ours, url, params)).toBe(true);
  });

  it('twilio, JSON by its hash in the URL, behind a proxy', () => {
    const full = `${url}&bodySHA256=${createHash('sha256').update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json',
      'x-twilio-signature': twilioLibrary.getExpectedTwilioSignature('token', full, {}),
    };
    const arrived = { method: 'POST', url: full.replace('https://shop.example', ''), headers, body };
    expect(verifyWebhook('twilio', arrived, 'token', { url }).ok).toBe(true);
    expect(verifyWebhook('twilio', { ...arrived, body: Buffer.from('{}') }, 'token', { url }).ok).toBe(false);
    const ours = signWebhook('twilio', { body, url: full, headers: { 'content-type': 'application/json' } }, 'token');
    expect(twilioLibrary.validateRequestWithBody('token', ours['x-twilio-signature'] ?? '', full, text)).toBe(true);
  });

  it('@adyen/api-library, items and headers', () => {
    const key = '44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056';
    const validator = new adyen.hmacValidator();
    const item = {
      pspReference: 'p:1',
      originalReference: '',
      merchantAccountCode: 'm',
      merchantReference: 'é',
      amount: { currency: 'EUR', value: 1000 },
      eventCode: 'AUTHORISATION',
      success: 'true',
    };
    type Item = Parameters<typeof validator.validateHMAC>[0];
    const hmacSignature = validator.calculateHmac(item as unknown as Item, key);
    const items = [item, item].map((each) => ({
      NotificationRequestItem: { ...each, additionalData: { hmacSignature } },
    }));
    const theirs = Buffer.from(JSON.stringify({ live: 'false', notificationItems: items }));
    expect(verifyWebhook('adyen-item', { headers: {}, body: theirs }, key).ok).toBe(true);
    const unsigned = JSON.stringify({ notificationItems: [{ NotificationRequestItem: item }] });
    const ours = JSON.parse(signWebhookRequest('adyen-item', { body: unsigned }, key).body.toString()) as {
      notificationItems: { NotificationRequestItem: Item }[];
    };
    expect(validator.validateHMAC(ours.notificationItems[0]!.NotificationRequestItem, key)).toBe(true);
    const headers = { hmacsignature: validator.calculateHmacSignature(text, key) };
    expect(verifyWebhook('adyen-header', { headers, body }, key).ok).toBe(true);
  });

  it.each(['v1', 'v2', 'v3'] as const)('@hubspot/api-client %s', (version) => {
    const options = { clientSecret: secret, requestBody: text, url, timestamp: now };
    const signature = Signature.getSignature('POST', version, options as never);
    const name = version === 'v3' ? 'x-hubspot-signature-v3' : 'x-hubspot-signature';
    const headers = { [name]: signature, 'x-hubspot-request-timestamp': String(now) };
    const request = { method: 'POST', headers, body };
    expect(verifyWebhook(`hubspot-${version}`, request, secret, { now, url }).ok).toBe(true);
    const ours = signWebhook(`hubspot-${version}`, { body, now, url }, secret);
    expect(ours[name]).toBe(signature);
  });

  it('jose, as Plaid signs', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
    const claims = { request_body_sha256: createHash('sha256').update(body).digest('hex') };
    const sign = (kid: string) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid, typ: 'JWT' })
        .setIssuedAt(now / 1000)
        .sign(privateKey);
    const request = { headers: { 'plaid-verification': await sign('k1') }, body };
    await expect(jwtVerify(await sign('k1'), await importJWK(jwk))).resolves.toBeDefined();
    expect(keyRequest('plaid', request)).toEqual({ ok: true, kind: 'kid', kid: 'k1' });
    expect(verifyWebhook('plaid', request, [], { now, keys: [jwk] })).toMatchObject({ ok: true, sentAt: date });
    expect(verifyWebhook('plaid', request, [], { now, keys: [{ ...jwk, kid: 'k2' }] }).ok).toBe(false);
    expect(verifyWebhook('plaid', { ...request, body: Buffer.from('{}') }, [], { now, keys: [jwk] }).ok).toBe(false);
    expect(verifyWebhook('plaid', request, [], { now: now + 301_000, keys: [jwk] })).toMatchObject({ reason: 'stale' });
  });

  const pairs = {
    'hmac-sha256': undefined,
    ed25519: generateKeyPairSync('ed25519'),
    'ecdsa-p256-sha256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    'rsa-pss-sha512': generateKeyPairSync('rsa', { modulusLength: 2048 }),
  } as const;

  it.each(Object.keys(pairs) as (keyof typeof pairs)[])('http-message-signatures with %s', async (algorithm) => {
    const pair = pairs[algorithm];
    const shared = Buffer.from('a shared secret of some length');
    const verifying = pair ? String(pair.publicKey.export({ format: 'pem', type: 'spki' })) : shared.toString('base64');
    const signing = pair ? String(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })) : verifying;
    const sender = httpSignatureSender({ name: 'acme', algorithm });
    const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
    const message = { method: 'POST', url, headers: { 'content-digest': digest, host: 'shop.example' } };
    const fields = ['@method', '@target-uri', '@authority', '@path', '@query', 'content-digest'];
    const theirs = await httpbis.signMessage(
      { key: createSigner(pair?.privateKey ?? shared, algorithm, 'k1'), fields, paramValues: { created: date } },
      message,
    );
    const request = { method: 'POST', headers: theirs.headers as Record<string, string>, body };
    expect(verifyWebhook(sender, request, verifying, { now, url })).toMatchObject({ ok: true, sentAt: date });
    expect(verifyWebhook('rfc9421', request, verifying, { now, url }).ok).toBe(true);
    expect(verifyWebhook(sender, { ...request, body: Buffer.from('') }, verifying, { now, url }).ok).toBe(false);
    expect(verifyWebhook(sender, { ...request, method: 'PUT' }, verifying, { now, url }).ok).toBe(false);

    const ours = signWebhook(sender, { body, now, url }, signing);
    const keyLookup = async () => ({ verify: createVerifier(pair?.publicKey ?? shared, algorithm) });
    const answer = await httpbis.verifyMessage({ keyLookup }, { ...message, headers: ours });
    expect(answer).toBe(true);
  });
});
