import { describe, expect, it } from '@jest/globals';
import { defineSender } from './define-sender.js';
import type { Sender } from './sender.js';
import { senderTraits } from '../sender-traits.js';
import { signWebhook } from '../sign-webhook.js';
import { verifyWebhook } from '../verify-webhook.js';
import { isWebhookConfigurationError } from '../contract/webhook-configuration-error.js';

const acme: Sender = {
  name: 'acme',
  algorithm: 'hmac-sha512',
  signature: { header: 'X-Acme-Signature', encoding: 'base64', prefix: 'acme ' },
  payload: '{method}|{header:X-Acme-Tenant}|{timestamp}|{json:data.kind}|{body}',
  timestamp: { header: 'X-Acme-Time', unit: 'ms', tolerance: '30s' },
  require: { 'X-Acme-Version': '2' },
};
const now = 1_700_000_000_000;
const body = Buffer.from('{"data":{"kind":"paid"}}');

describe('defineSender', () => {
  it('makes a sender that signs and verifies in all of its parts', () => {
    const sender = defineSender(acme);
    const headers = signWebhook(sender, { body, now, headers: { 'X-Acme-Tenant': 't1' } }, 'key');
    expect(headers).toMatchObject({ 'x-acme-version': '2', 'x-acme-time': String(now), 'x-acme-tenant': 't1' });
    const request = { method: 'POST', headers, body };
    expect(verifyWebhook(sender, request, ['key'], { now })).toMatchObject({ ok: true, sentAt: new Date(now) });
    expect(verifyWebhook(acme, request, ['key'], { now }).ok).toBe(true);
    const changes = [
      { ...request, method: 'PUT' },
      { ...request, headers: { ...headers, 'x-acme-tenant': 't2' } },
      { ...request, headers: { ...headers, 'x-acme-time': String(now + 1) } },
      { ...request, headers: { ...headers, 'x-acme-version': '1' } },
      { ...request, body: Buffer.from('{"data":{"kind":"paid"}} ') },
    ];
    for (const changed of changes) expect(verifyWebhook(sender, changed, ['key'], { now }).ok).toBe(false);
    expect(verifyWebhook(sender, request, ['key'], { now: now + 30_001 })).toMatchObject({ reason: 'stale' });
  });

  it('keeps its own frozen copy of the definition', () => {
    const definition = { ...acme, signature: { header: 'x-one' } };
    const sender = defineSender(definition);
    definition.signature.header = 'x-two';
    expect(sender.signature.header).toBe('x-one');
    expect(Object.isFrozen(sender.signature)).toBe(true);
  });

  it.each<[string, object, RegExp]>([
    ['a missing name', { name: '' }, /needs a "name"/],
    ['an unknown algorithm', { algorithm: 'md5' }, /unknown algorithm "md5". Known are hmac-sha1/],
    ['an algorithm named like a property of every object', { algorithm: 'constructor' }, /unknown algorithm/],
    ['a missing signature', { signature: undefined }, /"signature" says where/],
    ['two places of the signature', { signature: { header: 'a', json: 'b' } }, /exactly one of header/],
    ['a header that is none', { signature: { header: 'a b' } }, /"a b" is no name of a header/],
    ['an unknown token', { payload: '{timestmp}{body}' }, /no token {timestmp}. Known are {body}, {timestamp}/],
    ['a payload without anything of the request', { payload: 'hello' }, /signs nothing/],
    ['a token without its rule', { timestamp: undefined }, /names {timestamp}, but there is no "timestamp"/],
    ['a body that is signed twice', { payload: '{body}{body}' }, /names {body} twice/],
    ['an unknown unit', { timestamp: { header: 'a', unit: 'minutes' } }, /'s', 'ms' or 'rfc3339'/],
    ['a tolerance that is none', { timestamp: { header: 'a', unit: 's', tolerance: 'long' } }, /tolerance.*'5m'/],
    ['a timestamp that could be left out', { timestamp: { header: 'a', unit: 's', optional: true } }, /optional/],
    ['an entry without a list', { timestamp: { entry: 't', unit: 's' } }, /label of "signature.list"/],
    ['a key that the algorithm cannot have', { key: 'spki' }, /takes its key as utf8 or hex or base64/],
    ['a payload where nothing is signed', { algorithm: 'token' }, /token signs nothing/],
  ])('refuses %s, and says what is wrong', (_what, change, message) => {
    let thrown: unknown;
    try {
      defineSender({ ...acme, ...change } as Sender);
    } catch (error) {
      thrown = error;
    }
    expect(isWebhookConfigurationError(thrown)).toBe(true);
    expect((thrown as Error).message).toMatch(message);
  });
});

describe('senderTraits', () => {
  it('tells a guard at boot what it has to know', () => {
    expect(senderTraits('standard-webhooks')).toEqual({
      name: 'standard-webhooks',
      signsId: true,
      signsBody: true,
      signsUrl: false,
      toleranceMs: 300_000,
      hasHandshake: false,
      identity: 'id',
      hasEventType: true,
      signsCompressed: false,
    });
    expect(senderTraits('github')).toMatchObject({ identity: 'label', hasEventType: true });
    expect(senderTraits('dropbox')).toMatchObject({ identity: 'none', hasEventType: false });
    expect(senderTraits('github')).toMatchObject({ signsId: false, signsBody: true });
    expect(senderTraits('slack')).toMatchObject({ signsId: true, hasHandshake: true });
  });
});
