import { createHash, generateKeyPairSync, sign, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { crc32 } from '../src/encoding/crc32.js';
import { httpSignatureSender } from '../src/http-signatures/http-signature-sender.js';
import { keyRequest } from '../src/requested-key.js';
import { signWebhook, signWebhookRequest } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';
import type { WebhookRequest } from '../src/contract/webhook-request.js';

const now = 1_700_000_000_000;
const url = 'https://shop.example/hooks?a=1';
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: { export(options: { format: 'pem'; type: 'spki' }): string | Buffer }) =>
  String(key.export({ format: 'pem', type: 'spki' }));

interface Case {
  readonly sender: string;
  readonly request: WebhookRequest;
  readonly secrets: readonly string[];
  readonly keys?: readonly string[];
}

const accepts = ({ sender, request, secrets, keys }: Case) =>
  verifyWebhook(sender, request, secrets, { now, url, ...(keys && { keys }) });

function twilioCase(): Case {
  const body = Buffer.from('To=%2B1&Digits=5&Digits=3');
  return {
    sender: 'twilio',
    request: { method: 'POST', headers: signWebhook('twilio', { body, url }, 'token'), body },
    secrets: ['token'],
  };
}

function adyenCase(): Case {
  const item = (pspReference: string) => ({
    NotificationRequestItem: {
      pspReference,
      merchantAccountCode: 'm',
      amount: { currency: 'EUR', value: 1 },
      eventCode: 'AUTHORISATION',
      success: 'true',
    },
  });
  const { headers, body } = signWebhookRequest(
    'adyen-item',
    { body: JSON.stringify({ notificationItems: [item('a'), item('b')] }) },
    'abcdef',
  );
  return { sender: 'adyen-item', request: { method: 'POST', headers, body }, secrets: ['abcdef'] };
}

function snsCase(version = '2', more: Record<string, unknown> = {}): Case {
  const message = {
    Message: 'é\n',
    MessageId: 'm1',
    Timestamp: '2023-11-14T22:13:20.000Z',
    TopicArn: 'arn',
    Type: 'Notification',
  };
  const text = Object.entries(message)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  const Signature = sign(version === '1' ? 'sha1' : 'sha256', Buffer.from(text), rsa.privateKey).toString('base64');
  const SigningCertURL = 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem';
  const body = Buffer.from(
    JSON.stringify({ ...message, SignatureVersion: version, Signature, SigningCertURL, ...more }),
  );
  return { sender: 'aws-sns', request: { method: 'POST', headers: {}, body }, secrets: [], keys: [pem(rsa.publicKey)] };
}

function plaidCase(header: object = { alg: 'ES256', kid: 'k1' }): Case {
  const body = Buffer.from('{"a":1}');
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const claims = { iat: now / 1000, request_body_sha256: createHash('sha256').update(body).digest('hex') };
  const text = `${part(header)}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(text), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' });
  const headers = { 'plaid-verification': `${text}.${signature.toString('base64url')}` };
  return { sender: 'plaid', request: { method: 'POST', headers, body }, secrets: [], keys: [pem(ec.publicKey)] };
}

function paypalCase(
  certificate = 'https://api.paypal.com/v1/notifications/certs/CERT-1',
  algorithm = 'SHA256withRSA',
): Case {
  const body = Buffer.from('{"id":"WH-1"}');
  const time = '2023-11-14T22:13:20Z';
  const text = `t-1|${time}|0AB|${crc32(body)}`;
  const headers = {
    'paypal-transmission-id': 't-1',
    'paypal-transmission-time': time,
    'paypal-cert-url': certificate,
    'paypal-auth-algo': algorithm,
    'paypal-transmission-sig': sign('sha256', Buffer.from(text), rsa.privateKey).toString('base64'),
  };
  return { sender: 'paypal', request: { method: 'POST', headers, body }, secrets: ['0AB'], keys: [pem(rsa.publicKey)] };
}

function rfcCase(): Case {
  const body = Buffer.from('{"a":1}');
  const headers = signWebhook('rfc9421', { body, now, url }, 'c2VjcmV0');
  return { sender: 'rfc9421', request: { method: 'POST', headers, body }, secrets: ['c2VjcmV0'] };
}

function coinbaseCase(): Case {
  const body = Buffer.from('{"a":1}');
  const headers = signWebhook('coinbase-cdp', { body, now, headers: { 'x-hook0-id': 'i' } }, 'key');
  return { sender: 'coinbase-cdp', request: { method: 'POST', headers, body }, secrets: ['key'] };
}

function graphCase(): Case {
  const { body } = signWebhookRequest('ms-graph', { body: '{"value":[{"id":"1"},{"id":"2"}]}' }, 'state');
  return { sender: 'ms-graph', request: { method: 'POST', headers: {}, body }, secrets: ['state'] };
}

const cases = [twilioCase, adyenCase, snsCase, plaidCase, paypalCase, rfcCase, coinbaseCase, graphCase].map((make) =>
  make(),
);
const named = cases.map((each) => [each.sender, each] as const);

describe('senders that data cannot describe', () => {
  it.each(named)('%s: a genuine request is accepted', (_name, each) => {
    expect(accepts(each)).toMatchObject({ ok: true, secretIndex: 0 });
  });

  it.each(named)('%s: without headers and body it is refused with a reason', (_name, { request, ...rest }) => {
    const empty = { ...request, headers: {}, body: Buffer.alloc(0) };
    expect(accepts({ ...rest, request: empty })).toMatchObject({ ok: false });
  });

  it.each(named.filter(([name]) => name !== 'ms-graph'))(
    '%s: any change of a byte is refused, or changes nothing that counts',
    (_name, each) => {
      const { request } = each;
      const before = accepts(each);
      const fingerprint = before.ok && before.fingerprint();
      const inBody = fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const body = Buffer.from(request.body);
        body[at % body.length] = (body[at % body.length] as number) ^ by;
        const answer = accepts({ ...each, request: { ...request, body } });
        return !answer.ok || answer.fingerprint() === fingerprint;
      });
      expect(() => fc.assert(inBody, { numRuns: 150 })).not.toThrow();
      const names = Object.keys(request.headers);
      if (names.length === 0) return;
      const inHeader = fc.property(
        fc.constantFrom(...names),
        fc.nat(),
        fc.integer({ min: 1, max: 0xffff }),
        (name, at, by) => {
          const text = String(request.headers[name]);
          const index = at % text.length;
          const changed =
            text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ by) + text.slice(index + 1);
          const answer = accepts({
            ...each,
            request: { ...request, headers: { ...request.headers, [name]: changed } },
          });
          return !answer.ok || answer.fingerprint() === fingerprint;
        },
      );
      expect(() => fc.assert(inHeader, { numRuns: 150 })).not.toThrow();
    },
  );

  it.each(named)('%s: whatever stands in headers and JSON is answered with a value', (name, each) => {
    const junk = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'sig=();created=1700000000',
        'sig=:AA==:',
        '(',
        '"',
        'a.b.c',
        't=1700000000,h=a b,v1=00',
        `sig=${'('.repeat(5000)}`,
      ),
    );
    const names = Object.keys(each.request.headers);
    const headers = fc.dictionary(
      fc.constantFrom('x-other', ...names),
      fc.oneof(junk, fc.array(junk, { maxLength: 2 })),
    );
    const json = (() => {
      try {
        return JSON.parse(Buffer.from(each.request.body).toString()) as unknown;
      } catch {
        return {};
      }
    })();
    const bodies = fc.oneof(
      fc.json().map((text) => Buffer.from(text)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.jsonValue().chain((value) => fc.constant(Buffer.from(JSON.stringify(replaceSome(json, value))))),
    );
    const property = fc.property(headers, bodies, (given, body) => {
      const request = { ...each.request, headers: { ...each.request.headers, ...given }, body };
      const answer = accepts({ ...each, request });
      const wanted = keyRequest(name, request);
      return typeof answer.ok === 'boolean' && (wanted === undefined || typeof wanted.ok === 'boolean');
    });
    expect(() => fc.assert(property, { numRuns: 100 })).not.toThrow();
  });
});

/** Puts a value of any shape into the places of a known document. */
function replaceSome(json: unknown, value: unknown): unknown {
  if (Array.isArray(json)) return [...json.map((item) => replaceSome(item, value)), value];
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, item], index) => [key, index % 2 ? value : replaceSome(item, value)]),
  );
}

describe('Twilio', () => {
  it('refuses a JSON body whose hash is not in the URL', () => {
    const each = twilioCase();
    const headers = { ...each.request.headers, 'content-type': 'application/json' };
    expect(accepts({ ...each, request: { ...each.request, headers } })).toMatchObject({ reason: 'malformed' });
  });

  it('knows the same parameters in another order as the same delivery', () => {
    const each = twilioCase();
    const other = accepts({ ...each, request: { ...each.request, body: Buffer.from('Digits=3&To=%2B1&Digits=5') } });
    const first = accepts(each);
    expect(first.ok && other.ok && first.fingerprint() === other.fingerprint()).toBe(true);
  });
});

describe('Adyen', () => {
  it('refuses all where one item is forged or unsigned', () => {
    const each = adyenCase();
    const forged = Buffer.from(each.request.body).toString().replace('"b"', '"c"');
    expect(accepts({ ...each, request: { ...each.request, body: Buffer.from(forged) } })).toMatchObject({
      reason: 'mismatch',
    });
    const none = { ...each.request, body: Buffer.from('{"notificationItems":[]}') };
    expect(accepts({ ...each, request: none })).toMatchObject({ reason: 'malformed' });
  });
});

describe('SNS', () => {
  it('takes both versions of the signature and no other', () => {
    expect(accepts(snsCase('1')).ok).toBe(true);
    expect(accepts(snsCase('2', { SignatureVersion: '1' }))).toMatchObject({ reason: 'mismatch' });
    expect(accepts(snsCase('2', { SignatureVersion: '3' }))).toMatchObject({ reason: 'malformed' });
  });

  it.each([
    'http://sns.us-west-2.amazonaws.com/a.pem',
    'https://sns.us-west-2.amazonaws.com.evil.example/a.pem',
    'https://sns.us-west-2.amazonaws.com@evil.example/a.pem',
    'https://evil.example/?https://sns.us-west-2.amazonaws.com/a.pem',
    'https://sns.us-west-2.amazonaws.com/../a.pem',
    'https://sns.us-west-2.amazonaws.com/a.pem?x=.pem',
    'https://s3.us-west-2.amazonaws.com/bucket/a.pem',
    'https://sns.us-west-2.amazonaws.com:8443/a.pem',
  ])('never asks its caller to fetch %s', (SigningCertURL) => {
    const each = snsCase('2', { SigningCertURL });
    expect(keyRequest('aws-sns', each.request)).toMatchObject({ ok: false, reason: 'malformed' });
    expect(accepts(each)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it('names the certificate to fetch', () => {
    expect(keyRequest('aws-sns', snsCase().request)).toEqual({
      ok: true,
      kind: 'url',
      url: 'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-1.pem',
    });
    expect(keyRequest('github', snsCase().request)).toBeUndefined();
  });

  it('takes a certificate only while it is valid', () => {
    const vectors = JSON.parse(readFileSync(new URL('../src/vectors/aws-sns.json', import.meta.url), 'utf8')) as {
      publicKey: string;
      rawBody: string;
      now: number;
    }[];
    const { publicKey, rawBody, now: inside } = vectors[0]!;
    const request = { headers: {}, body: Buffer.from(rawBody) };
    const at = (seconds: number) => verifyWebhook('aws-sns', request, [publicKey], { now: seconds * 1000 });
    expect(at(inside)).toMatchObject({ ok: true, idSigned: true, id: 'c0e5a280-53c9-5a98-93bb-c0a560b3d192' });
    expect(at(inside - 400 * 86_400)).toMatchObject({ detail: 'the certificate is not valid at this time' });
    expect(() => verifyWebhook('aws-sns', request, [`${publicKey}\n${publicKey}`])).toThrow(/issue each other/);
  });
});

describe('Plaid', () => {
  it.each([
    { alg: 'none', kid: 'k1' },
    { alg: 'HS256', kid: 'k1' },
    { alg: 'ES256' },
    { alg: 'ES256', kid: 'k1', crit: [] },
  ])('refuses a token with the header %j', (header) => {
    expect(accepts(plaidCase(header))).toMatchObject({ reason: 'malformed' });
  });

  it('refuses a key that was withdrawn, or that is for something else', () => {
    const { request } = plaidCase();
    const jwk = { ...ec.publicKey.export({ format: 'jwk' }), kid: 'k1' };
    const by = (key: JsonWebKey) => verifyWebhook('plaid', request, [], { now, keys: [key] });
    expect(by(jwk).ok).toBe(true);
    expect(by({ ...jwk, expired_at: now / 1000 - 1 }).ok).toBe(false);
    expect(() => by({ ...jwk, alg: 'RS256' })).toThrow(/another algorithm/);
    expect(() => by(ec.privateKey.export({ format: 'jwk' }))).toThrow(/private/);
  });
});

describe('PayPal', () => {
  it.each([
    'https://api.paypal.com.evil.example/v1/notifications/certs/CERT-1',
    'https://evilpaypal.com/v1/notifications/certs/CERT-1',
    'http://api.paypal.com/v1/notifications/certs/CERT-1',
    'https://api.paypal.com/v1/../certs/CERT-1',
  ])('never asks its caller to fetch %s', (certificate) => {
    expect(keyRequest('paypal', paypalCase(certificate).request)).toMatchObject({ reason: 'malformed' });
    expect(accepts(paypalCase(certificate))).toMatchObject({ reason: 'malformed' });
  });

  it('takes no other algorithm, and no other webhook id', () => {
    expect(accepts(paypalCase(undefined, 'SHA1withRSA'))).toMatchObject({ reason: 'malformed' });
    expect(accepts({ ...paypalCase(), secrets: ['0AC'] })).toMatchObject({ reason: 'mismatch' });
  });

  it('computes the checksum of the standard, CRC-32', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});

describe('HTTP message signatures', () => {
  const body = Buffer.from('{"a":1}');

  it('insist on what a sender is to cover, on created, and on its tag', () => {
    const loose = httpSignatureSender({ name: 'loose', components: ['@method'] });
    const headers = signWebhook(loose, { body, now }, 'c2VjcmV0');
    const by = (options: object) =>
      verifyWebhook(httpSignatureSender({ name: 'acme', ...options }), { method: 'POST', headers, body }, 'c2VjcmV0', {
        now,
        url,
      });
    expect(by({ components: ['@method'] }).ok).toBe(true);
    expect(by({})).toMatchObject({ reason: 'malformed', detail: 'the signature does not cover @target-uri' });
    expect(by({ components: ['@method'], tag: 'acme' })).toMatchObject({ reason: 'missing' });
    expect(() => by({ components: ['@method'], algorithm: 'ed25519' })).toThrow(/another kind/);
  });

  it('refuse an algorithm that the message chooses', () => {
    const { request, secrets } = rfcCase();
    const input = `${String(request.headers['signature-input'])};alg="ed25519"`;
    const headers = { ...request.headers, 'signature-input': input };
    expect(verifyWebhook('rfc9421', { ...request, headers }, secrets, { now, url })).toMatchObject({
      reason: 'mismatch',
    });
  });

  it('expire', () => {
    const { request, secrets } = rfcCase();
    expect(verifyWebhook('rfc9421', request, secrets, { now: now + 301_000, url })).toMatchObject({ reason: 'stale' });
    const input = String(request.headers['signature-input']).replace(
      /created=\d+/,
      `created=${now / 1000};expires=${now / 1000 - 1}`,
    );
    const headers = { ...request.headers, 'signature-input': input };
    expect(verifyWebhook('rfc9421', { ...request, headers }, secrets, { now, url })).toMatchObject({ reason: 'stale' });
  });
});

describe('signWebhookRequest', () => {
  it.each(['mailgun', 'mailgun-parent', 'dropbox-sign'])('writes the signature of %s into the body', (sender) => {
    const given = JSON.stringify({ event: { event_time: '1', event_type: 'x' }, 'event-data': {} });
    const { headers, body } = signWebhookRequest(sender, { body: given, now }, 'key');
    expect(verifyWebhook(sender, { headers, body }, 'key', { now }).ok).toBe(true);
    expect(verifyWebhook(sender, { headers, body }, 'other', { now }).ok).toBe(false);
  });
});
