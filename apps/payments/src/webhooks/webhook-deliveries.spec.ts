import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';
import { type Answer, type ReceivedEvent, WebhookReceiver } from './webhook-receiver.fixture.js';

const SECRET = 'whsec_ümlaut';

describe('webhooks', () => {
  let payments: PaymentsFixture;
  let receiver: WebhookReceiver;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    payments = await PaymentsFixture.start({ clock, webhooks: { backoffMs: 10, timeoutMs: 100, tries: 4 } });
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

  /** Passes a time that only the clock can end: the silence of the receiver, or the wait before the next try. */
  async function passing(ms: number): Promise<void> {
    while (clock.nextTimerIn() !== ms) await sleep(1);
    await clock.advance(ms - 1);
    expect(clock.nextTimerIn()).toBe(1);
    await clock.advance(1);
  }

  async function received(events: number): Promise<void> {
    while (receiver.received.length < events) await sleep(1);
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

  it('sends no webhook for a replay', async () => {
    await subscribe();
    await payments.charge(ORDER, 'key-1');
    await payments.charge(ORDER, 'key-1');
    await settled();

    expect(receiver.received).toHaveLength(1);
  });

  it('tries again after an error and after silence, with growing waits and the same body', async () => {
    await subscribe([500, null, 302]);
    await payments.charge();
    await passing(10);
    await received(2);
    await passing(100);
    await passing(20);
    await passing(40);

    expect((await settled()).events).toMatchObject([{ attempts: 4, delivered: true, lastStatus: 200 }]);
    expect(receiver.received).toHaveLength(4);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  });

  it('stops after the last try', async () => {
    await subscribe([503, 503, 503, 503]);
    await payments.charge();
    for (const ms of [10, 20, 40]) await passing(ms);

    expect((await settled()).events).toMatchObject([{ attempts: 4, delivered: false, lastStatus: 503 }]);
  });

  it('waits as long as Retry-After asks', async () => {
    await subscribe([{ status: 429, retryAfter: '1' }]);
    await payments.charge();
    await passing(1000);

    expect((await settled()).events).toMatchObject([{ attempts: 2, delivered: true }]);
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
    await received(2);

    // By its clock, which stands still, the receiver is silent for ever.
    await payments.close();
    expect(clock.pendingTimers()).toBe(0);
    await clock.advance(60_000);
    expect(receiver.received).toHaveLength(2);
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
