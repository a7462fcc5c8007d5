import { afterEach, describe, expect, it } from '@jest/globals';
import { anOrder, eventually, ShopFixture } from '../shop.fixture.js';

describe('OrdersController', () => {
  let shop: ShopFixture;

  afterEach(() => shop.close());

  it('charges an order, confirms it and tells of it', async () => {
    shop = await ShopFixture.open();
    const { status, body } = await shop.place(anOrder('a-1'));
    expect(status).toBe(201);
    expect(body).toEqual({
      id: 'a-1',
      status: 'paid',
      charge: expect.stringMatching(/^ch_/),
      confirmation: 'sent',
      settlements: 0,
    });
    expect(await shop.order('a-1')).toEqual(body);
    const { charges } = await shop.ledger();
    expect(charges).toMatchObject([{ id: body.charge, reference: 'a-1', amount: 1999, currency: 'EUR' }]);
    const { messages } = await shop.mailbox();
    expect(messages).toMatchObject([{ to: 'a-1@customers.test', data: { order: 'a-1', amount: 1999 } }]);
  });

  it('makes an id where there is none', async () => {
    shop = await ShopFixture.open();
    const { status, body } = await shop.place({ email: 'ada@example.com', amount: 1, currency: 'EUR' });
    expect(status).toBe(201);
    expect(body.id).toMatch(/^[\w-]{1,64}$/);
    expect((await shop.order(body.id)).status).toBe('paid');
  });

  it('does not know an order that was never placed', async () => {
    shop = await ShopFixture.open();
    expect(await shop.get('/orders/a-1')).toMatchObject({ status: 404, body: { statusCode: 404, error: 'Not Found' } });
  });

  it('answers the same order again with what stands, and charges it once', async () => {
    shop = await ShopFixture.open();
    const first = await shop.place(anOrder('a-1'));
    const again = await shop.place(anOrder('a-1'));
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
    expect((await shop.ledger()).calls.total).toBe(1);
    expect((await shop.mailbox()).calls.total).toBe(1);
  });

  it('charges and confirms an order once that is submitted several times at once', async () => {
    shop = await ShopFixture.open();
    await shop.payments.strike({ latency: { ms: 100 } });
    const answers = await Promise.all([1, 2, 3].map(() => shop.place(anOrder('a-1'))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect((await shop.ledger()).charges).toHaveLength(1);
    expect((await shop.mailbox()).messages).toHaveLength(1);
  });

  it('refuses an id that belongs to another order', async () => {
    shop = await ShopFixture.open();
    await shop.place(anOrder('a-1'));
    const { status, body } = await shop.place(anOrder('a-1', { amount: 5 }));
    expect(status).toBe(409);
    expect(body).toMatchObject({ error: 'Conflict', message: "the id 'a-1' is that of another order" });
    expect((await shop.ledger()).charges).toHaveLength(1);
  });

  it.each([
    ['an id that cannot be one', anOrder('a/1'), ['id must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -']],
    ['an id that is too long', anOrder('a'.repeat(65)), ['id must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -']],
    ['no e-mail address', anOrder('a', { email: 'nobody' }), ['email must be an e-mail address']],
    ['half a cent', anOrder('a', { amount: 0.5 }), ['amount must be a whole number of minor units, 1 or more']],
    ['nothing to pay', anOrder('a', { amount: 0 }), ['amount must be a whole number of minor units, 1 or more']],
    [
      'a text for an amount',
      anOrder('a', { amount: '5' }),
      ['amount must be a whole number of minor units, 1 or more'],
    ],
    ['no such currency', anOrder('a', { currency: 'eur' }), ['currency must be three capital letters']],
    [
      'nothing but an id',
      { id: 'a' },
      [
        'email must be an e-mail address',
        'amount must be a whole number of minor units, 1 or more',
        'currency must be three capital letters',
      ],
    ],
    ['a list', [], ['the body must be a JSON object']],
  ])('refuses an order with %s, and says all that is wrong with it', async (_what, order, faults) => {
    shop = await ShopFixture.open();
    const { status, body } = await shop.place(order);
    expect(status).toBe(400);
    expect(body).toEqual({ statusCode: 400, error: 'Bad Request', message: 'the request is malformed', faults });
    expect((await shop.ledger()).calls.total).toBe(0);
  });

  it.each(['{"id":', 'null', '"order"'])('refuses a body that is no JSON object: %s', async (text) => {
    shop = await ShopFixture.open();
    const { status, body } = await shop.post('/orders', text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ statusCode: 400, error: 'Bad Request', faults: [expect.any(String)] });
  });

  it('charges once when the connection is dropped after the charge', async () => {
    shop = await ShopFixture.open({
      RESILIENCE__PAYMENTS__RETRY__BACKOFF__INITIAL: '300ms',
      RESILIENCE__PAYMENTS__RETRY__BACKOFF__JITTER: 'none',
    });
    await shop.payments.strike({ drop: { rate: 1, when: 'after-work' } });
    const placed = shop.place(anOrder('a-1'));
    await eventually(async () => (await shop.ledger()).charges.length > 0);
    await shop.payments.heal();
    expect(await placed).toMatchObject({ status: 201, body: { status: 'paid' } });
    const { charges, doubles } = await shop.ledger();
    expect(charges).toHaveLength(1);
    expect(doubles).toBe(0);
  });

  it('keeps an order that could not be charged, says nothing of payments, and charges it when it comes again', async () => {
    shop = await ShopFixture.open();
    await shop.payments.strike({ error: { rate: 1, status: 500 } });
    const { status, body } = await shop.place(anOrder('a-1'));
    expect(status).toBe(502);
    expect(body).toEqual({
      statusCode: 502,
      error: 'Bad Gateway',
      message: 'The order could not be charged. It is kept: submit it again under the same id.',
    });
    expect(await shop.order('a-1')).toMatchObject({ status: 'pending', charge: null, confirmation: 'pending' });

    await shop.payments.heal();
    expect(await shop.place(anOrder('a-1'))).toMatchObject({ status: 201, body: { status: 'paid' } });
    expect((await shop.ledger()).charges).toHaveLength(1);
  });

  it('answers 504 when payments takes too long, and finds the charge when the order comes again', async () => {
    shop = await ShopFixture.open({
      RESILIENCE__PAYMENTS__TIMEOUT__ATTEMPT: '50ms',
      RESILIENCE__PAYMENTS__TIMEOUT__TOTAL: '150ms',
    });
    await shop.payments.strike({ latency: { ms: 300 } });
    expect((await shop.place(anOrder('a-1'))).status).toBe(504);
    await eventually(async () => (await shop.ledger()).charges.length > 0);
    await shop.payments.heal();
    await eventually(async () => (await shop.place(anOrder('a-1'))).status === 201);
    expect((await shop.ledger()).charges).toHaveLength(1);
  });

  it('turns orders away at once while payments is down, says when to come back, and takes them then', async () => {
    shop = await ShopFixture.open({ RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR: '300ms' });
    await shop.payments.strike({ error: { rate: 1, status: 503 } });
    await Promise.all(Array.from({ length: 12 }, (_, index) => shop.place(anOrder(`a-${index}`))));
    const calls = (await shop.ledger()).calls.total;

    const refused = await shop.place(anOrder('b-1'));
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body).toMatchObject({ statusCode: 503, error: 'Service Unavailable', message: expect.any(String) });
    expect((await shop.ledger()).calls.total).toBe(calls);
    expect((await shop.order('b-1')).status).toBe('pending');

    await shop.payments.heal();
    await eventually(async () => (await shop.place(anOrder('b-1'))).status === 201);
    expect((await shop.ledger()).charges.filter(({ reference }) => reference === 'b-1')).toHaveLength(1);
  });

  it('says when to come back, too, to the order whose charge opens the circuit', async () => {
    shop = await ShopFixture.open({
      RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__WINDOW__CONSECUTIVE: '1',
      RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '1',
    });
    await shop.payments.strike({ error: { rate: 1, status: 503 } });
    const { status, headers } = await shop.place(anOrder('a-1'));
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('2');
  });

  it('charges twice what is submitted twice when every policy is switched off', async () => {
    shop = await ShopFixture.open({ RESILIENCE__ENABLED: 'false' });
    await shop.payments.strike({ drop: { rate: 1, when: 'after-work' } });
    expect((await shop.place(anOrder('a-1'))).status).toBe(502);
    await shop.payments.heal();
    expect((await shop.place(anOrder('a-1'))).status).toBe(201);
    expect((await shop.ledger()).doubles).toBe(1);
  });
});
