import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';
import { type Answer, type ReceivedEvent, WebhookReceiver } from './webhook-receiver.fixture.js';

const SECRET = 'whsec_ümlaut';

describe('webhooks', () => {
  let payments: PaymentsFixture;
  let receiver: WebhookReceiver;

  beforeEach(async () => {
    payments = await PaymentsFixture.start({ webhooks: { backoffMs: 10, timeoutMs: 100, tries: 4 } });
  });
  afterEach(async () => {
    receiver.close();
    await payments.close();
  });

  async function subscribe(answers: Answer[] = [], copies?: number): Promise<void> {
    receiver = await WebhookReceiver.start(...answers);
    const endpoint = { merchant: payments.merchant, url: receiver.url, secret: SECRET, copies };
    expect((await payments.send('PUT', '/webhook-endpoints', endpoint)).status).toBe(200);
  }

  async function settled() {
    let report = await payments.deliveries();
    while (report.pending > 0) {
      await sleep(5);
      report = await payments.deliveries();
    }
    return report;
  }

  it('tells of a charge, signed as Stripe signs', async () => {
    await subscribe();
    const charge = await payments.charged();
    const { events, pending } = await settled();

    const [{ signature, body }] = receiver.received as [ReceivedEvent];
    expect(JSON.parse(body)).toEqual({
      id: expect.stringMatching(/^evt_/),
      type: 'charge.succeeded',
      created: expect.any(Number),
      data: { object: charge },
    });
    const [, seconds, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(10);
    expect(v1).toBe(createHmac('sha256', Buffer.from(SECRET)).update(`${seconds}.${body}`).digest('hex'));
    expect(events).toEqual([
      { id: JSON.parse(body).id, reference: 'order-1', attempts: 1, delivered: true, lastStatus: 200 },
    ]);
    expect(pending).toBe(0);
  });

  it('tells nobody of a replay', async () => {
    await subscribe();
    await payments.charge(ORDER, 'key-1');
    await payments.charge(ORDER, 'key-1');
    await settled();

    expect(receiver.received).toHaveLength(1);
  });

  it('tries again after an error and after silence, with growing waits and the same body', async () => {
    await subscribe([500, null, 302]);
    await payments.charge();

    expect((await settled()).events).toMatchObject([{ attempts: 4, delivered: true, lastStatus: 200 }]);
    const [first, second, third, fourth] = receiver.received as ReceivedEvent[] & { length: 4 };
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(9);
    expect(third!.atMs - second!.atMs).toBeGreaterThanOrEqual(100 + 19);
    expect(fourth!.atMs - third!.atMs).toBeGreaterThanOrEqual(39);
  });

  it('gives up after the last try', async () => {
    await subscribe([503, 503, 503, 503]);
    await payments.charge();

    expect((await settled()).events).toMatchObject([{ attempts: 4, delivered: false, lastStatus: 503 }]);
  });

  it('waits as long as Retry-After asks', async () => {
    await subscribe([{ status: 429, retryAfter: '1' }]);
    await payments.charge();
    await settled();

    const [first, second] = receiver.received;
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(990);
  });

  it('sends as many copies at once as it is told', async () => {
    await subscribe([], 3);
    await payments.charge();
    await settled();

    expect(receiver.received).toHaveLength(3);
    expect(new Set(receiver.received.map(({ body }) => JSON.parse(body).id)).size).toBe(1);
  });

  it('sends a genuine event again when asked to, and only a genuine one', async () => {
    await subscribe();
    await payments.charge();
    const [event] = (await settled()).events;
    const resend = (eventId: string) =>
      payments.send('POST', '/webhook-deliveries/resend', { merchant: payments.merchant, eventId });

    expect((await resend(event!.id)).status).toBe(202);
    expect((await settled()).events).toMatchObject([{ attempts: 2 }]);
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body);
    expect((await resend('evt_forged')).status).toBe(404);
    await payments.send('DELETE', '/webhook-endpoints');
    expect((await resend(event!.id)).status).toBe(409);
  });

  it('stops when the endpoint is removed, and never shows a secret', async () => {
    await subscribe([500]);
    const listed = await payments.send('GET', '/webhook-endpoints');
    expect(await listed.json()).toEqual({
      endpoints: [{ merchant: payments.merchant, url: receiver.url, copies: 1 }],
    });

    const removed = await payments.send('DELETE', `/webhook-endpoints?merchant=${payments.merchant}`);
    expect(await removed.json()).toEqual({ endpoints: [] });
    await payments.charge();
    expect(await settled()).toEqual({ events: [], pending: 0 });
    expect(receiver.received).toEqual([]);
  });

  it('closes at once while a receiver is silent and another try is due', async () => {
    await subscribe([null, 500], 2);
    await payments.charge();
    while (receiver.received.length < 2) await sleep(1);

    const before = performance.now();
    await payments.close();
    const { length } = receiver.received;
    await sleep(50);

    expect(performance.now() - before).toBeLessThan(1000);
    expect(receiver.received).toHaveLength(length);
  });

  it('refuses a secret that nothing can be signed with', async () => {
    await subscribe();
    const endpoint = { merchant: payments.merchant, url: receiver.url, secret: 'undefined' };
    const answer = await payments.send('PUT', '/webhook-endpoints', endpoint);

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ faults: ['secret is nothing to sign with'] });
  });

  it('names what is wrong with an endpoint', async () => {
    await subscribe();
    const answer = await payments.send('PUT', '/webhook-endpoints', { merchant: 'm', url: 'ftp://x', copies: 6 });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      faults: expect.arrayContaining([
        'url must be an http or https URL',
        'secret is missing',
        'copies must be a whole number from 1 to 5',
      ]),
    });
  });
});
