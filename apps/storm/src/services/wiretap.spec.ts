import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckoutClient, RawWebhook } from './checkout-client.js';
import { Wiretap } from './wiretap.js';

describe('Wiretap', () => {
  const delivered: RawWebhook[] = [];
  let tap: Wiretap;

  beforeEach(async () => {
    const deliver: CheckoutClient['deliver'] = async (webhook) => {
      delivered.push(webhook);
      return { status: 409, retryAfter: '1' };
    };
    tap = await Wiretap.listen({ deliver });
  });
  afterEach(() => tap.close());

  it('passes a webhook on byte for byte, keeps it, and brings back the answer', async () => {
    const answer = await fetch(tap.url, {
      method: 'POST',
      body: '{ "id":"evt_1" }',
      headers: { 'stripe-signature': 't=1,v1=ab', 'content-type': 'application/json' },
    });

    expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
    expect(tap.heard).toEqual(delivered);
    expect(tap.heard[0]?.body.toString()).toBe('{ "id":"evt_1" }');
    expect(tap.heard[0]?.headers).toMatchObject({ 'stripe-signature': 't=1,v1=ab' });
    expect(tap.heard[0]?.headers).not.toHaveProperty('host');
  });
});
