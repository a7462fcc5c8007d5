import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { answerHandshake, type HandshakeOptions } from '../src/answer-handshake.js';
import type { WebhookRequest } from '../src/contract/webhook-request.js';
import { signWebhook } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';

const NOTHING = Buffer.alloc(0);

function answer(sender: string, request: Partial<WebhookRequest>, options: HandshakeOptions = { secrets: 'key' }) {
  return answerHandshake(sender, { method: 'GET', headers: {}, body: NOTHING, ...request }, undefined, options);
}

describe('the registration of a webhook', () => {
  it('at Asana hands the secret over in a header, which is sent back', () => {
    const secret = 'b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81';
    const request = { method: 'POST', headers: { 'X-Hook-Secret': secret } };
    expect(answer('asana', request)).toEqual({ status: 200, headers: { 'x-hook-secret': secret }, body: '', secret });
    expect(answer('asana', { method: 'POST', headers: { 'x-hook-secret': 'a b\r\nc' } })).toBeUndefined();
    expect(answer('asana', { method: 'POST', headers: { 'x-hook-secret': [secret, secret] } })).toBeUndefined();
  });

  it('at Notion hands the secret over in the body', () => {
    const body = Buffer.from('{"verification_token":"secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl"}');
    expect(answer('notion', { method: 'POST', body })).toMatchObject({
      status: 200,
      secret: expect.stringMatching(/^secret_tM/),
    });
    expect(answer('notion', { method: 'POST', body: Buffer.from('{"id":"e1"}') })).toBeUndefined();
    expect(answer('notion', { method: 'POST', body: Buffer.from('{"verification_token":{"a":1}}') })).toBeUndefined();
  });

  it('at LinkedIn asks for the MAC of a code, of which no delivery consists', () => {
    const code = '890e4665-4dfe-4ab1-b689-ed553bceeed0';
    const response = answer('linkedin', { url: `/hook?challengeCode=${code}` });
    const mac = createHmac('sha256', 'key').update(code).digest('hex');
    expect(JSON.parse(response?.body ?? '')).toEqual({ challengeCode: code, challengeResponse: mac });
    expect(answer('linkedin', { url: '/hook?challengeCode=hmacsha256%3D%7B%7D' })).toBeUndefined();
    const forged = { headers: { 'x-li-signature': mac }, body: Buffer.from(code) };
    expect(verifyWebhook('linkedin', forged, 'key').ok).toBe(false);
  });

  it('at Nylas asks for a text back', () => {
    expect(answer('nylas', { url: '/hook?challenge=bc609b38-c81f-47fb-a275-0b3a0c1ae1d4' })).toMatchObject({
      status: 200,
      body: 'bc609b38-c81f-47fb-a275-0b3a0c1ae1d4',
    });
    expect(answer('nylas', { url: '/hook?challenge=%3Cscript%3E' })).toBeUndefined();
  });

  it('at Front asks for a text back in a signed request', () => {
    const body = Buffer.from('{}');
    const headers = { ...signWebhook('front', { body }, 'key'), 'x-front-challenge': 'abc123' };
    const request = { method: 'POST', headers, body };
    const verification = verifyWebhook('front', request, 'key');
    expect(answerHandshake('front', request, verification)).toMatchObject({ status: 200, body: 'abc123' });
    expect(answerHandshake('front', request, verifyWebhook('front', request, 'other'))).toBeUndefined();
  });

  it('at Braintree asks for a MAC beside the public key, which verifies no delivery', () => {
    const challenge = '20f9f8ed05f77439fe955c977e4c8a53';
    const key = createHash('sha1').update('key').digest();
    const mac = createHmac('sha1', key).update(challenge).digest('hex');
    const options = { secrets: 'key', verifyToken: 'public_key' };
    expect(answer('braintree', { url: `/?bt_challenge=${challenge}` }, options)?.body).toBe(`public_key|${mac}`);
    expect(answer('braintree', { url: `/?bt_challenge=${challenge}` })).toBeUndefined();
    expect(answer('braintree', { url: '/?bt_challenge=PG5vdGlmaWNhdGlvbi8-' }, options)).toBeUndefined();
    const forged = {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(`bt_signature=public_key%7C${mac}&bt_payload=${challenge}`),
    };
    expect(verifyWebhook('braintree', forged, 'key')).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it.each(['trello', 'mandrill'])('at %s asks whether there is an endpoint', (sender) => {
    expect(answer(sender, { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
    expect(answer(sender, { method: 'POST' })).toBeUndefined();
  });
});
