import { signWebhook, verifyWebhook } from '@breakwater/webhooks';
import { describe, expect, it } from '@jest/globals';
import type { RawWebhook } from './checkout-client.js';
import { forgeWebhook, type ForgeryKind, orderOf } from './forge-webhook.js';

const NOW = Date.parse('2030-01-01T00:00:00Z');
const SECRET = 'whsec_the_real_one';
const BODY = Buffer.from('{"id":"evt_1","type":"charge.succeeded","data":{"object":{"reference":"o-00001"}}}');
const GENUINE: RawWebhook = {
  body: BODY,
  headers: { 'content-type': 'application/json', ...signWebhook('stripe', { body: BODY, now: NOW }, SECRET) },
};

const verdict = (webhook: RawWebhook) =>
  verifyWebhook('stripe', { method: 'POST', headers: webhook.headers, body: webhook.body }, [SECRET], { now: NOW });
const forge = (kind: ForgeryKind) => forgeWebhook(kind, GENUINE, { secret: SECRET, wallNow: NOW });

describe('forgeWebhook', () => {
  it.each([
    ['unsigned', 'missing'],
    ['forged', 'mismatch'],
    ['altered', 'mismatch'],
    ['stale', 'stale'],
  ] as const)('makes a webhook that is %s, and nothing else is wrong with it', (kind, reason) => {
    expect(verdict(GENUINE)).toMatchObject({ ok: true });
    expect(verdict(forge(kind))).toMatchObject({ ok: false, reason });
  });

  it('gives every forgery an event id that was not seen before, about the same order', () => {
    const { body } = forge('stale');

    expect(body.toString()).toContain('"evt_1x"');
    expect(orderOf({ body, headers: {} })).toBe('o-00001');
  });

  it('replays byte for byte', () => {
    expect(forge('replayed')).toBe(GENUINE);
  });
});
