import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { defineSender } from './definition/define-sender.js';
import { signWebhook } from './sign-webhook.js';
import { verifyWebhook } from './verify-webhook.js';
import type { WebhookRequest } from './contract/webhook-request.js';

const now = 1_700_000_000_000;
const body = Buffer.from('{"id":"evt_1","n":1}');
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function signed(sender: string, secret: string | string[] = 'key', bytes: Buffer = body): WebhookRequest {
  return { headers: signWebhook(sender, { body: bytes, id: 'msg_1', now }, secret), body: bytes };
}

function withHeader(request: WebhookRequest, name: string, value: string | string[] | undefined): WebhookRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}

describe('strict decoding', () => {
  const request = signed('github');
  const signature = request.headers['x-hub-signature-256'] as string;

  it('accepts hex of either case', () => {
    const upper = `sha256=${signature.slice(7).toUpperCase()}`;
    expect(verifyWebhook('github', withHeader(request, 'x-hub-signature-256', upper), ['key']).ok).toBe(true);
  });

  it.each([
    ['a digit short', signature.slice(0, -1)],
    ['a byte short', signature.slice(0, -2)],
    ['a byte long', `${signature}00`],
    ['junk behind it', `${signature}zz`],
    ['a blank behind it', `${signature} `],
    ['a prefix alone', 'sha256='],
    ['no prefix', signature.slice(7)],
    ['another prefix', signature.replace('sha256', 'SHA256')],
    [
      'wide characters with the right low bytes',
      signature.replace(/[0-9]/g, (d) => String.fromCharCode(0x100 + d.charCodeAt(0))),
    ],
  ])('calls a signature with %s malformed, and lets nothing throw', (_what, value) => {
    expect(verifyWebhook('github', withHeader(request, 'x-hub-signature-256', value), ['key'])).toMatchObject({
      ok: false,
      reason: 'malformed',
    });
  });

  it('tells a missing signature from a wrong one', () => {
    expect(verifyWebhook('github', { headers: {}, body }, ['key'])).toMatchObject({ reason: 'missing' });
    expect(verifyWebhook('github', withHeader(request, 'x-hub-signature-256', ''), ['key'])).toMatchObject({
      reason: 'missing',
    });
    expect(verifyWebhook('github', request, ['other'])).toMatchObject({ reason: 'mismatch' });
  });
});

describe('headers', () => {
  it('are found in any case', () => {
    const { headers } = signed('slack');
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(verifyWebhook('slack', { headers: shouted, body }, ['key'], { now }).ok).toBe(true);
  });

  it('may be an array of one', () => {
    const request = signed('github');
    const listed = withHeader(request, 'x-hub-signature-256', [request.headers['x-hub-signature-256'] as string]);
    expect(verifyWebhook('github', listed, ['key']).ok).toBe(true);
  });

  it.each(['x-slack-signature', 'x-slack-request-timestamp'])('are refused when %s comes twice', (name) => {
    const request = signed('slack');
    const value = request.headers[name] as string;
    expect(verifyWebhook('slack', withHeader(request, name, [value, value]), ['key'], { now })).toMatchObject({
      reason: 'duplicate-header',
    });
    expect(verifyWebhook('slack', withHeader(request, name.toUpperCase(), value), ['key'], { now })).toMatchObject({
      reason: 'duplicate-header',
    });
  });

  it('with two t= in the signature are refused, also when a proxy has joined two headers', () => {
    const request = signed('stripe');
    const value = request.headers['stripe-signature'] as string;
    for (const twice of [`t=1700000001,${value}`, `${value},t=1700000001`, `${value}, ${value}`]) {
      expect(verifyWebhook('stripe', withHeader(request, 'stripe-signature', twice), ['key'], { now })).toMatchObject({
        reason: 'duplicate-header',
      });
    }
  });

  it('hold at most sixteen signatures', () => {
    const request = signed('stripe');
    const decoys = `,v1=${'0'.repeat(64)}`;
    const value = request.headers['stripe-signature'] as string;
    const at = (count: number) =>
      verifyWebhook('stripe', withHeader(request, 'stripe-signature', value + decoys.repeat(count)), ['key'], { now });
    expect(at(15).ok).toBe(true);
    expect(at(16)).toMatchObject({ reason: 'malformed' });
  });

  it('of absurd length are refused unread', () => {
    const request = signed('stripe');
    const huge = `${request.headers['stripe-signature'] as string},${'x'.repeat(1_000_000)}`;
    expect(verifyWebhook('stripe', withHeader(request, 'stripe-signature', huge), ['key'], { now })).toMatchObject({
      reason: 'malformed',
    });
  });
});

describe('freshness', () => {
  it.each(['stripe', 'slack'])('holds %s to its tolerance in both directions', (sender) => {
    const request = signed(sender);
    const at = (seconds: number) => verifyWebhook(sender, request, ['key'], { now: new Date(now + seconds * 1000) });
    expect([at(-301), at(-300), at(300), at(301)].map((answer) => answer.ok)).toEqual([false, true, true, false]);
    expect([at(-301), at(301)]).toMatchObject([{ reason: 'stale' }, { reason: 'stale' }]);
  });

  it('takes a tolerance from the caller', () => {
    const request = signed('stripe');
    expect(verifyWebhook('stripe', request, ['key'], { now: now + 9000, tolerance: '10s' }).ok).toBe(true);
    expect(verifyWebhook('stripe', request, ['key'], { now: now + 9000, tolerance: 8000 }).ok).toBe(false);
  });

  it('reads the wall clock when no time is given', () => {
    const fresh = signWebhook('stripe', { body }, 'key');
    expect(verifyWebhook('stripe', { headers: fresh, body }, ['key']).ok).toBe(true);
    expect(verifyWebhook('stripe', signed('stripe'), ['key'])).toMatchObject({ reason: 'stale' });
  });

  it('refuses a time or a tolerance that would switch the check off', () => {
    for (const options of [{ now: Number.NaN }, { now: new Date('?') }, { tolerance: Number.POSITIVE_INFINITY }]) {
      expect(() => verifyWebhook('stripe', signed('stripe'), ['key'], { now, ...options })).toThrow(/tolerance|now/);
    }
  });

  it('is checked before anything is computed over the body', () => {
    const request = signed('stripe');
    const late = verifyWebhook('stripe', request, ['wrong key'], { now: now + 301_000 });
    expect(late).toMatchObject({ reason: 'stale' });
  });
});

describe('the body', () => {
  it('counts byte by byte, whatever it holds', () => {
    const odd = Buffer.from([0xef, 0xbb, 0xbf, 0x22, 0xff, 0xfe, 0x24, 0x26, 0x22, 0]);
    for (const sender of ['github', 'stripe', 'shopify', 'slack']) {
      const request = signed(sender, 'key', odd);
      expect(verifyWebhook(sender, request, ['key'], { now }).ok).toBe(true);
      const other = { ...request, body: odd.subarray(0, -1) };
      expect(verifyWebhook(sender, other, ['key'], { now })).toMatchObject({ reason: 'mismatch' });
    }
  });

  it('may be empty, and is then signed like any other', () => {
    const empty = Buffer.alloc(0);
    const request = signed('github', 'key', empty);
    expect(verifyWebhook('github', request, ['key']).ok).toBe(true);
    expect(verifyWebhook('github', { ...request, body }, ['key'])).toMatchObject({ reason: 'mismatch' });
  });

  it.each([undefined, null, '{}', { id: 1 }])(
    'that is %p instead of bytes is our own mistake, and never verifies',
    (value) => {
      const request = { ...signed('github'), body: value } as unknown as WebhookRequest;
      expect(() => verifyWebhook('github', request, ['key'])).toThrow(/raw bytes/);
    },
  );

  it('may be a plain Uint8Array', () => {
    const request = { ...signed('github'), body: new Uint8Array(body) };
    expect(verifyWebhook('github', request, ['key']).ok).toBe(true);
  });
});

describe('several secrets', () => {
  it('tell which one matched, on either side of a rotation', () => {
    expect(verifyWebhook('stripe', signed('stripe', 'old'), ['new', 'old'], { now })).toMatchObject({ secretIndex: 1 });
    expect(verifyWebhook('stripe', signed('stripe', ['old', 'new']), 'new', { now })).toMatchObject({ secretIndex: 0 });
  });

  it('go on with the public keys that the caller has fetched', () => {
    const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=';
    const privateKey = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==';
    const request = signed('standard-webhooks', privateKey);
    const options = { now, keys: [publicKey] };
    expect(verifyWebhook('standard-webhooks', request, [WHSEC], options)).toMatchObject({ secretIndex: 1 });
    expect(verifyWebhook('standard-webhooks', request, [], options)).toMatchObject({ secretIndex: 0 });
  });

  it('of different algorithms stay apart: no signature counts under the label of another', () => {
    const request = signed('standard-webhooks', WHSEC);
    const value = request.headers['webhook-signature'] as string;
    const relabelled = withHeader(request, 'webhook-signature', value.replace('v1,', 'v1a,'));
    expect(verifyWebhook('standard-webhooks', relabelled, [WHSEC], { now }).ok).toBe(false);
  });
});

describe('the answer', () => {
  it('has the signed id and the time of sending', () => {
    expect(verifyWebhook('standard-webhooks', signed('standard-webhooks', WHSEC), [WHSEC], { now })).toMatchObject({
      ok: true,
      id: 'msg_1',
      idSigned: true,
      sentAt: new Date(now),
      secretIndex: 0,
    });
  });

  it('has the id out of a signed body', () => {
    expect(verifyWebhook('stripe', signed('stripe'), ['key'], { now })).toMatchObject({ id: 'evt_1', idSigned: true });
    const noJson = signed('stripe', 'key', Buffer.from('not json'));
    expect(verifyWebhook('stripe', noJson, ['key'], { now })).toMatchObject({ ok: true, id: undefined });
  });

  it('calls an id that the signature does not cover a label', () => {
    const request = withHeader(signed('github'), 'x-github-delivery', 'forged');
    expect(verifyWebhook('github', request, ['key'])).toMatchObject({ ok: true, id: 'forged', idSigned: false });
  });

  it('has a fingerprint that a replay cannot change, and that differs between senders and bodies', () => {
    const print = (sender: string, request: WebhookRequest): string => {
      const answer = verifyWebhook(sender, request, ['key'], { now });
      return answer.ok ? answer.fingerprint() : 'refused';
    };
    const request = signed('github');
    expect(print('github', request)).toBe(createHash('sha256').update('github\n').update(body).digest('hex'));
    expect(print('github', withHeader(request, 'x-github-delivery', 'another'))).toBe(print('github', request));
    expect(print('shopify', signed('shopify'))).not.toBe(print('github', request));
    expect(print('github', signed('github', 'key', Buffer.from('{}')))).not.toBe(print('github', request));
  });

  it('has a fingerprint over the body as well where nothing of it is signed', () => {
    const token = defineSender({ name: 'acme', algorithm: 'token', signature: { header: 'x-token' } });
    const print = (bytes: Buffer): string => {
      const answer = verifyWebhook(token, { headers: { 'x-token': 'key' }, body: bytes }, ['key']);
      return answer.ok ? answer.fingerprint() : 'refused';
    };
    expect(print(Buffer.from('1'))).not.toBe(print(Buffer.from('2')));
  });

  it('never shows secret or signature in a detail', () => {
    const request = signed('stripe', 'sesame-key');
    const digits = (request.headers['stripe-signature'] as string).slice(-64);
    const text = JSON.stringify(verifyWebhook('stripe', request, ['sesame-other'], { now }));
    expect(text).not.toMatch(new RegExp(`sesame|${digits}`));
  });
});

describe('senders that sign the URL', () => {
  const sender = defineSender({
    name: 'acme',
    algorithm: 'hmac-sha256',
    signature: { header: 'x-acme' },
    payload: '{url}{body}',
  });
  const url = 'https://shop.example/hooks?x=1';
  const request = { headers: signWebhook(sender, { body, url }, 'key'), body, url: '/hooks?x=1' };

  it('take the configured one, not what a proxy made of it', () => {
    expect(verifyWebhook(sender, request, ['key'], { url }).ok).toBe(true);
    expect(verifyWebhook(sender, request, ['key'], { url: `${url}/` })).toMatchObject({ reason: 'mismatch' });
  });

  it('say what to configure where there is only a path', () => {
    expect(() => verifyWebhook(sender, request, ['key'])).toThrow(/configure "url"/);
  });
});
