import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { codeOf } from '../src/coded/code-of.js';
import { planOf } from '../src/registry/plan-of.js';
import { senders } from '../src/senders/index.js';
import { signWebhook } from '../src/sign-webhook.js';
import { verifyWebhook } from '../src/verify-webhook.js';
import type { WebhookRequest } from '../src/contract/webhook-request.js';

const now = 1_700_000_000_000;
const url = 'https://shop.example/hooks';
const REASONS = ['missing', 'malformed', 'stale', 'mismatch', 'duplicate-header'];
const rsa = String(
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }),
);
const ec = String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' }));
const base64 = Buffer.from('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8', 'hex').toString(
  'base64',
);
const PUBLIC_KEYS: Readonly<Record<string, string>> = {
  'adyen-item': 'abcdef',
  'aws-sns': rsa,
  paypal: rsa,
  plaid: ec,
  rfc9421: 'c2VjcmV0',
  'standard-webhooks': 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  svix: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'adyen-header': 'abcdef',
  postmark: 'user:password',
  airtable: base64,
  'ms-teams-outgoing': base64,
  telnyx: base64,
  'authorize-net': 'abcdef',
  squarespace: 'abcdef',
  'azure-devops': 'user:password',
  fal: '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
  wise: rsa,
  highlevel: rsa,
  discord: '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
  sendgrid:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
};

/** Texts that have a chance to get far: the pieces of real signatures, and the traps of lax parsers. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        't=',
        'v1=',
        'v1,',
        'v1a,',
        'v0=',
        'sha256=',
        'sha1=',
        '1700000000',
        '1700000000000',
        ',',
        ';',
        ' ',
        'ab'.repeat(32),
        `${'A'.repeat(43)}=`,
        `${'A'.repeat(86)}==`,
        'Basic ',
        '2023-11-14T22:13:20Z',
        '__proto__',
        '\u0131',
        '\0',
        '-1',
        'NaN',
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join('')),
  fc.constantFrom('x'.repeat(100_000), `t=1700000000${',v1=00'.repeat(5000)}`),
);
const value = fc.oneof(
  text,
  fc.array(text, { maxLength: 3 }),
  fc.constantFrom(undefined, null, 1, {}) as fc.Arbitrary<never>,
);
const anyBody = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((json) => Buffer.from(json)),
  fc
    .record({ timestamp: text, token: text, signature: text })
    .map((signature) => Buffer.from(JSON.stringify({ signature }))),
  fc.constant(Buffer.from('['.repeat(50_000))),
);

function headerNames(sender: (typeof senders)[number]): string[] {
  const { signature, timestamp, id, require } = sender;
  return [
    signature.header,
    ...(signature.headers ?? []),
    ...(signature.numbered ? [`${signature.numbered}1`, `${signature.numbered}2`] : []),
    timestamp?.header,
    id && 'header' in id ? id.header : undefined,
    ...Object.keys(require ?? {}),
    ...(codeOf(planOf(sender))?.headers ?? []),
    '__proto__',
  ].filter((name) => name !== undefined);
}

describe('whatever a stranger sends', () => {
  it.each(senders.map((sender) => [sender.name, sender] as const))(
    'to an endpoint of %s is answered with a typed refusal',
    (name, sender) => {
      const names = headerNames(sender);
      const headers = fc.dictionary(fc.constantFrom(...names, ...names.map((each) => each.toUpperCase())), value, {
        noNullPrototype: true,
      });
      fc.assert(
        fc.property(headers, anyBody, (given, body) => {
          const request = { method: 'POST', headers: { ...sender.require, ...given }, body } as WebhookRequest;
          const answer = verifyWebhook(
            name,
            request,
            [PUBLIC_KEYS[name] ?? 'a-secret-no-stranger-knows', ...(name === 'paypal' ? ['WH-1'] : [])],
            {
              now,
              url,
            },
          );
          expect(REASONS).toContain(answer.ok ? 'accepted' : answer.reason);
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe('a genuine request that was changed on its way', () => {
  const symmetric = ['standard-webhooks', 'stripe', 'github', 'shopify', 'slack', 'paddle', 'box', 'twitch'];
  const labels = new Set(['x-github-delivery', 'x-shopify-webhook-id', 'box-delivery-id']);
  const body = Buffer.from('{"id":"evt_1"}');

  /** Changes one character into another one (not merely into its other case, which hex allows). */
  function change(text: string, at: number, by: number): string {
    const index = at % text.length;
    const code = text.charCodeAt(index) ^ by;
    const changed = text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
    return changed.toLowerCase() === text.toLowerCase() ? `${text}!` : changed;
  }

  it.each(symmetric)('is refused for %s wherever one character of header or body differs', (name) => {
    const secret = PUBLIC_KEYS[name] ?? 'key';
    const headers = signWebhook(name, { body, id: 'msg_1', now }, secret);
    const signed = Object.keys(headers).filter((header) => !labels.has(header));
    const ok = (request: WebhookRequest): boolean => verifyWebhook(name, request, [secret], { now }).ok;
    expect(ok({ headers, body })).toBe(true);

    const character = fc.tuple(fc.constantFrom(...signed), fc.nat(), fc.integer({ min: 1, max: 0xffff }));
    const inHeader = fc.property(character, ([header, at, by]) => {
      return !ok({ headers: { ...headers, [header]: change(headers[header] ?? '', at, by) }, body });
    });
    const inBody = fc.property(fc.nat(), fc.integer({ min: 1, max: 127 }), (at, by) => {
      return !ok({
        headers,
        body: Buffer.from(body.map((byte, index) => (index === at % body.length ? byte ^ by : byte))),
      });
    });
    fc.assert(inHeader, { numRuns: 150 });
    fc.assert(inBody, { numRuns: 50 });
  });
});
