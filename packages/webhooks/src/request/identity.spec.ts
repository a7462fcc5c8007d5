import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { WebhookRequest } from '../contract/webhook-request.js';
import { defineSender } from '../definition/define-sender.js';
import type { Sender } from '../definition/sender.js';
import { signWebhook, signWebhookRequest } from '../sign-webhook.js';
import { verifyWebhook } from '../verify-webhook.js';

const now = 1_800_000_000_000;
const url = 'https://shop.example/hook';

function accepted(sender: string | Sender, request: WebhookRequest, at = now) {
  const answer = verifyWebhook(sender, { method: 'POST', ...request }, 'key', { now: at, url });
  if (!answer.ok) throw new Error(answer.detail);
  return answer;
}

/** One attempt at a delivery, `later` milliseconds after the first. */
function attempt(sender: string | Sender, body: string, { later = 0, ...headers }: Record<string, unknown> = {}) {
  const at = now + Number(later);
  const own = headers as Record<string, string>;
  const request = {
    headers: { ...signWebhook(sender, { body, now: at, url }, 'key'), ...own },
    body: Buffer.from(body),
  };
  return accepted(sender, request, at);
}

describe('the identity of a delivery', () => {
  it.each<[string, string, Record<string, string>, Record<string, string>]>([
    ['shopify', '{"id":1}', { 'x-shopify-event-id': 'e1' }, { 'x-shopify-event-id': 'e2' }],
    [
      'shopify',
      '{"id":1}',
      { 'x-shopify-event-id': 'e1', 'x-shopify-topic': 'orders/create' },
      { 'x-shopify-event-id': 'e1', 'x-shopify-topic': 'orders/paid' },
    ],
    ['github', '{"inputs":{}}', { 'x-github-delivery': 'd1' }, { 'x-github-delivery': 'd2' }],
    ['bitbucket', '{}', { 'x-request-uuid': 'r1' }, { 'x-request-uuid': 'r2' }],
    ['gitlab-token', '{}', { 'x-gitlab-event-uuid': 'u1' }, { 'x-gitlab-event-uuid': 'u2' }],
    ['razorpay', '{}', { 'x-razorpay-event-id': 'e1' }, { 'x-razorpay-event-id': 'e2' }],
    ['woocommerce', '{}', { 'x-wc-webhook-delivery-id': '1' }, { 'x-wc-webhook-delivery-id': '2' }],
    ['jira', '{}', { 'x-atlassian-webhook-identifier': '1' }, { 'x-atlassian-webhook-identifier': '2' }],
    ['zendesk', '{}', { 'x-zendesk-webhook-invocation-id': '1' }, { 'x-zendesk-webhook-invocation-id': '2' }],
  ])('tells two events of %s with equal bytes apart by the label, and knows each again', (sender, body, one, other) => {
    const keys = [one, other, one].map((headers) => attempt(sender, body, headers).identity());
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
  });

  it('is none without the label, so that no event is lost', () => {
    expect(attempt('github', '{}').identity()).toBeUndefined();
    expect(attempt('github', '{}', { 'x-github-delivery': '' }).identity()).toBeUndefined();
  });

  it.each(['dropbox', 'paystack', 'affirm', 'hubspot-v2', 'webflow'])(
    'is none for %s, whose bodies may repeat',
    (sender) => {
      expect(attempt(sender, '{"list_folder":{"accounts":["a"]}}').identity()).toBeUndefined();
    },
  );

  it.each(['hubspot-v3', 'zoom', 'box', 'slack', 'stripe', 'elevenlabs', 'recurly', 'front', 'sinch', 'vonage'])(
    'of %s is the same for an attempt that is signed anew, and another for another body',
    (sender) => {
      const body = '{"id":"e1","event_id":"e1","payload":1}';
      const first = attempt(sender, body).identity();
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect(attempt(sender, body, { later: 60_000 }).identity()).toBe(first);
      expect(attempt(sender, body.replaceAll('e1', 'e2')).identity()).not.toBe(first);
    },
  );

  it('leaves the delivery id of Box out, which differs for each attempt', () => {
    const body = '{"id":"e1","trigger":"FILE.UPLOADED"}';
    const first = attempt('box', body, { 'box-delivery-id': 'd1' }).identity();
    expect(attempt('box', body, { 'box-delivery-id': 'd2', later: 60_000 }).identity()).toBe(first);
  });

  it('leaves the number of the attempt out where the sender writes it into the body', () => {
    const body = (number: number) =>
      `[{"eventId":1,"attemptNumber":${number}},{"eventId":2,"attemptNumber":${number}}]`;
    const first = attempt('hubspot-v3', body(0)).identity();
    expect(attempt('hubspot-v3', body(1), { later: 60_000 }).identity()).toBe(first);
    expect(attempt('hubspot-v3', body(0).replace('"eventId":1', '"eventId":3')).identity()).not.toBe(first);
    const line = (again: boolean) => `{"events":[{"webhookEventId":"w1","deliveryContext":{"isRedelivery":${again}}}]}`;
    expect(attempt('line', line(true)).identity()).toBe(attempt('line', line(false)).identity());
  });

  it('of a notification that says only "changed" is none, of another one its bytes', () => {
    expect(attempt('revolut', '{"event":"ORDER_PAYMENT_DECLINED","order_id":"o1"}').identity()).toBeUndefined();
    expect(attempt('revolut', '{"event":"TransactionCreated","timestamp":"t"}').identity()).toBeDefined();
    expect(attempt('clickup', '{"event":"folderUpdated"}').identity()).toBeUndefined();
    expect(attempt('clickup', '{"event":"taskUpdated","history_items":[{"id":"h1"}]}').identity()).toBeDefined();
  });

  it('of a form does not depend on how its parts were put together', () => {
    const event = { event_time: String(now / 1000), event_type: 'signature_request_sent' };
    const hash = createHmac('sha256', 'key')
      .update(event.event_time + event.event_type)
      .digest('hex');
    const json = JSON.stringify({ event: { ...event, event_hash: hash } });
    const form = (boundary: string): WebhookRequest => ({
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="json"\r\n\r\n${json}\r\n--${boundary}--\r\n`,
      ),
    });
    const first = accepted('dropbox-sign', form('a1'));
    expect(first.identity()).toBe(accepted('dropbox-sign', form('b2')).identity());
    expect(first.eventType).toBe('signature_request_sent');
    expect(first.document()).toEqual(JSON.parse(json));
  });

  it("counts signed texts only in the mode 'signed', and is there for every sender", () => {
    const forged = attempt('github', '{}', { 'x-github-delivery': 'forged' }).identity('signed');
    expect(forged).toBe(attempt('github', '{}', { 'x-github-delivery': 'other' }).identity('signed'));
    expect(attempt('dropbox', '{}').identity('signed')).toMatch(/^[0-9a-f]{64}$/);
    expect(attempt('zoom', '{}').identity('signed')).toBe(attempt('zoom', '{}', { later: 1000 }).identity('signed'));
    expect(attempt('stripe', '{"id":"e1"}').identity('signed')).toBe(attempt('stripe', '{"id":"e1"}').identity());
    expect(attempt('stripe', '{}').identity('signed')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('covers the body where the signature leaves it out', () => {
    const signed = (update: string) => {
      const webhook = { body: `{"update_id":7,"message":"${update}"}`, now };
      const made = signWebhookRequest('telegram', webhook, 'key');
      return accepted('telegram', made).identity();
    };
    expect(signed('a')).toBe(signed('a'));
    expect(signed('a')).not.toBe(signed('b'));
  });

  it('of two senders is never the same', () => {
    const body = '{"id":"e1"}';
    expect(attempt('stripe', body).identity()).not.toBe(attempt('mux', body).identity());
  });

  it('of a sender of one’s own follows its definition', () => {
    const acme = (identity: Sender['identity']): Sender =>
      defineSender({
        name: 'acme',
        algorithm: 'hmac-sha256',
        signature: { header: 'x-acme' },
        payload: '{timestamp}.{nonce:x-nonce}.{body}',
        timestamp: { header: 'x-time', unit: 's' },
        ...(identity !== undefined && { identity }),
      });
    expect(attempt(acme(undefined), '{}').identity()).toBeUndefined();
    const retried = acme('signed-bytes');
    expect(attempt(retried, '{}', { later: 5000 }).identity()).toBe(attempt(retried, '{}').identity());
    const labelled = acme({ label: [{ json: 'a.b' }, { header: 'X-Label' }] });
    expect(attempt(labelled, '{"a":{"b":1}}').identity()).toBe(attempt(labelled, '{"a":{"b":1}}').identity());
    expect(attempt(labelled, '{}', { 'x-label': 'l' }).identity()).toBeDefined();
    expect(attempt(labelled, '{}').identity()).toBeUndefined();
  });
});

describe('the name of an event', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['stripe', '{"type":"charge.succeeded"}', {}, 'charge.succeeded'],
    ['github', '{}', { 'X-GitHub-Event': 'push' }, 'push'],
    ['shopify', '{}', { 'x-shopify-topic': 'orders/paid' }, 'orders/paid'],
    ['slack', '{"type":"event_callback","event":{"type":"message"}}', {}, 'message'],
    ['slack', 'command=%2Fdeploy&text=now', { 'content-type': 'application/x-www-form-urlencoded' }, '/deploy'],
    [
      'slack',
      `payload=${encodeURIComponent('{"type":"block_actions"}')}`,
      { 'content-type': 'application/x-www-form-urlencoded' },
      'block_actions',
    ],
    ['vercel', '{"type":"deployment.created"}', {}, 'deployment.created'],
    ['xero', '{"events":[{"eventType":"UPDATE"}]}', {}, 'UPDATE'],
  ])('of %s stands where its definition says', (sender, body, headers, name) => {
    expect(attempt(sender, body, headers).eventType).toBe(name);
  });

  it('is none where the request lacks it, or has it twice', () => {
    expect(attempt('stripe', '{}').eventType).toBeUndefined();
    expect(attempt('github', '{}', { 'x-github-event': 'push', 'X-GitHub-Event': 'ping' }).eventType).toBeUndefined();
    expect(attempt('stripe', '{"type":{"a":1}}').eventType).toBeUndefined();
  });
});
