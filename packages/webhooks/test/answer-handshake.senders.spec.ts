import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { answerHandshake, type HandshakeOptions } from '../src/answer-handshake.js';
import { signWebhook } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';

const now = 1_700_000_000_000;

/** The answer to the sender that signs this body. */
function told(sender: string, json: unknown, { signing = 'right', headers = {}, verifying = 'right' } = {}) {
  const body = Buffer.from(JSON.stringify(json));
  const request = { method: 'POST', headers: signWebhook(sender, { body, now, headers }, signing), body };
  const verification = verifyWebhook(sender, request, [verifying], { now });
  return answerHandshake(sender, request, verification, { secrets: [verifying] });
}

const asked = (sender: string, url: string, options?: HandshakeOptions, method = 'GET') =>
  answerHandshake(sender, { method, url, headers: {}, body: Buffer.alloc(0) }, undefined, options);

describe("Zoom's endpoint validation", () => {
  const event = (plainToken: unknown) => ({ event: 'endpoint.url_validation', payload: { plainToken } });

  it('is answered with the MAC of the token, by the secret that signed it', () => {
    const encryptedToken = createHmac('sha256', 'right').update('qgg8vlvZRS6UYooatFL8Aw').digest('hex');
    expect(JSON.parse(told('zoom', event('qgg8vlvZRS6UYooatFL8Aw'))?.body ?? '')).toEqual({
      plainToken: 'qgg8vlvZRS6UYooatFL8Aw',
      encryptedToken,
    });
  });

  it.each(['v0:1700000000:{}', '{}', 'a b', 'x'.repeat(129), ''])('signs nothing like %j', (token) => {
    expect(told('zoom', event(token))).toBeUndefined();
  });

  it('is not answered to strangers, nor without the secret', () => {
    expect(told('zoom', event('abc'), { signing: 'wrong' })).toBeUndefined();
    const body = Buffer.from(JSON.stringify(event('abc')));
    const request = { headers: signWebhook('zoom', { body, now }, 'right'), body };
    expect(answerHandshake('zoom', request, verifyWebhook('zoom', request, 'right', { now }))).toBeUndefined();
  });
});

describe('QQ', () => {
  const question = (token: string) => ({ op: 13, d: { plain_token: token, event_ts: '1725442341' } });

  it('gets the signature of its documented example', () => {
    const answer = told('qq', question('Arq0D5A61EgUu4OxUvOp'), {
      signing: 'DG5g3B4j9X2KOErG',
      verifying: 'DG5g3B4j9X2KOErG',
    });
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      plain_token: 'Arq0D5A61EgUu4OxUvOp',
      signature:
        '87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706',
    });
  });

  it.each(['{}', 'v0:1', 'a.b'])('gets no signature of %j', (token) => {
    expect(told('qq', question(token))).toBeUndefined();
  });
});

describe("X's challenge", () => {
  it('is answered with the MAC of the token', () => {
    const mac = createHmac('sha256', 'right').update('MTIz-4=').digest('base64');
    expect(asked('twitter', '/hooks?crc_token=MTIz-4%3D&nonce=1', { secrets: ['right'] })?.body).toBe(
      JSON.stringify({ response_token: `sha256=${mac}` }),
    );
  });

  it.each(['%7B%22a%22%3A1%7D', '', 'a&crc_token=b', 'v0%3A1'])('never signs what could be a delivery: %s', (token) => {
    expect(asked('twitter', `/hooks?crc_token=${token}`, { secrets: ['right'] })).toBeUndefined();
  });
});

describe("Meta's subscription", () => {
  const url = '/hooks?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meatyhamhock';

  it('is echoed for who knows the verify token', () => {
    expect(asked('meta', url, { verifyToken: 'meatyhamhock' })).toMatchObject({ status: 200, body: '1158201444' });
    expect(asked('meta', url, { verifyToken: 'other' })).toBeUndefined();
    expect(asked('meta', url)).toBeUndefined();
    expect(asked('meta', url.replace('1158201444', '<b>'), { verifyToken: 'meatyhamhock' })).toBeUndefined();
  });
});

describe('Dropbox, Microsoft Graph, Twitch and Discord', () => {
  it('get their text back as plain text', () => {
    expect(asked('dropbox', '/hooks?challenge=abc')).toMatchObject({
      body: 'abc',
      headers: { 'x-content-type-options': 'nosniff' },
    });
    expect(asked('dropbox', '/hooks?challenge=<script>')).toBeUndefined();
    expect(asked('ms-graph', '/hooks?validationToken=Validation%3A+Testing', {}, 'POST')?.body).toBe(
      'Validation: Testing',
    );
    expect(asked('ms-graph', '/hooks?validationToken=%3Cb%3E', {}, 'POST')).toBeUndefined();
    expect(asked('ms-graph', '/hooks?validationToken=x')).toBeUndefined();
    const headers = { 'Twitch-Eventsub-Message-Type': 'webhook_callback_verification' };
    expect(told('twitch', { challenge: 'pogchamp' }, { headers })?.body).toBe('pogchamp');
    expect(told('twitch', { challenge: 'pogchamp' })).toBeUndefined();
  });

  it('get a pong for a ping that is signed', () => {
    const seed = '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f';
    const verifying = '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8';
    expect(told('discord', { type: 1 }, { signing: seed, verifying })?.body).toBe('{"type":1}');
    expect(told('discord', { type: 2 }, { signing: seed, verifying })).toBeUndefined();
    expect(told('discord', { type: 1 }, { signing: seed.replace('00', '01'), verifying })).toBeUndefined();
  });
});

describe('a subscription of SNS', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keys = [String(publicKey.export({ format: 'pem', type: 'spki' }))];

  function confirmation(subscribeUrl: string) {
    const message: Record<string, string> = {
      Message: 'You have chosen to subscribe',
      MessageId: 'm1',
      SubscribeURL: subscribeUrl,
      Timestamp: '2023-11-14T22:13:20.000Z',
      Token: 't',
      TopicArn: 'arn:aws:sns:us-west-2:1:topic',
      Type: 'SubscriptionConfirmation',
    };
    const text = Object.entries(message)
      .map(([name, value]) => `${name}\n${value}\n`)
      .join('');
    const Signature = sign('sha256', Buffer.from(text), privateKey).toString('base64');
    const SigningCertURL = 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem';
    const body = Buffer.from(JSON.stringify({ ...message, SignatureVersion: '2', Signature, SigningCertURL }));
    const request = { method: 'POST', headers: {}, body };
    return answerHandshake('aws-sns', request, verifyWebhook('aws-sns', request, [], { keys, now }));
  }

  it('is reported with the address that confirms it, which must be one of SNS', () => {
    const url = 'https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&Token=t';
    expect(confirmation(url)).toMatchObject({ status: 200, confirmUrl: url });
    expect(confirmation('https://evil.example/?Action=ConfirmSubscription')).toBeUndefined();
  });
});
