import { signWebhook } from '@breakwater/nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOrder, ShopFixture, WEBHOOK_SECRET } from '../shop.fixture.js';

const PATH = '/webhooks/payments';
const TEN_MINUTES_MS = 600_000;

describe('PaymentsWebhooksController', () => {
  let shop: ShopFixture;

  beforeEach(async () => {
    shop = await ShopFixture.open();
    await shop.place(anOrder('a-1'));
  });

  afterEach(() => shop.close());

  const event = (more: object = {}) =>
    JSON.stringify({ id: 'evt_1', type: 'charge.succeeded', data: { object: { reference: 'a-1' } }, ...more });
  const sign = (body: string, now = Date.now(), secret = WEBHOOK_SECRET) =>
    signWebhook('stripe', { body, now }, secret);
  const settlements = async () => (await shop.order('a-1')).settlements;

  it('books a charge once that payments reports three times at once', async () => {
    await shop.hearOfCharges(3);
    await shop.place(anOrder('b-1'));
    await shop.heardOfCharges();
    expect((await shop.order('b-1')).settlements).toBe(1);
  });

  it('books a genuine event, and its replay no more', async () => {
    const headers = sign(event());
    expect(await shop.post(PATH, event(), headers)).toMatchObject({ status: 200, body: { outcome: 'settled' } });
    expect((await shop.post(PATH, event(), headers)).status).toBe(200);
    expect(await settlements()).toBe(1);
  });

  it.each([
    ['unsigned', () => ({})],
    ['signed with another secret', () => sign(event(), Date.now(), 'whsec_a_good_guess')],
    ['signed for another body', () => sign(event({ id: 'evt_2' }))],
    ['signed ten minutes ago', () => sign(event(), Date.now() - TEN_MINUTES_MS)],
  ])('refuses an event that is %s', async (_how, headers) => {
    const { status, body } = await shop.post<Record<string, unknown>>(PATH, event(), headers());
    expect(status).toBe(401);
    expect(JSON.stringify(body)).not.toContain(WEBHOOK_SECRET);
    expect(await settlements()).toBe(0);
  });

  it.each([
    ['of another type', event({ type: 'charge.refunded' })],
    ['about an unknown order', event({ data: { object: { reference: 'z-9' } } })],
    ['about nothing', '{}'],
    ['that is a list', '[]'],
  ])('takes note of an event %s and ignores it', async (_what, body) => {
    expect(await shop.post(PATH, body, sign(body))).toMatchObject({ status: 200, body: { outcome: 'ignored' } });
    expect(await settlements()).toBe(0);
  });

  it('verifies webhooks even when every policy is switched off', async () => {
    await shop.close();
    shop = await ShopFixture.open({ RESILIENCE__ENABLED: 'false' });
    await shop.place(anOrder('a-1'));
    expect((await shop.post(PATH, event())).status).toBe(401);
    expect(await settlements()).toBe(0);
  });
});
