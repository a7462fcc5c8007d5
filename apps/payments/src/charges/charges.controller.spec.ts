import { setTimeout as sleep } from 'node:timers/promises';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';

describe('POST /charges', () => {
  let payments: PaymentsFixture;

  beforeEach(async () => {
    payments = await PaymentsFixture.start();
  });
  afterEach(() => payments.close());

  it('answers 201 with the charge', async () => {
    const answer = await payments.charge();

    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({
      id: expect.stringMatching(/^ch_[0-9a-f]{24}$/),
      ...ORDER,
      status: 'succeeded',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('gives metadata back', async () => {
    expect(await payments.charged({ ...ORDER, metadata: { cart: 7 } })).toMatchObject({ metadata: { cart: 7 } });
  });

  it('charges twice when a request without a key is sent twice', async () => {
    const first = await payments.charged();
    const second = await payments.charged();

    expect(second.id).not.toBe(first.id);
    expect(await payments.ledger()).toMatchObject({
      charges: [{ id: first.id }, { id: second.id }],
      doubles: 1,
      doubled: [{ reference: 'order-1', ids: [first.id, second.id] }],
    });
  });

  it('replays the answer when a request is repeated under its key, whatever the order of its fields', async () => {
    const first = await payments.charge(ORDER, 'key-1');
    const { reference, currency, amount } = ORDER;
    const second = await payments.charge({ reference, currency, amount }, 'key-1');

    expect(first.headers.has('idempotent-replayed')).toBe(false);
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(await second.json()).toEqual(await first.json());
    expect(await payments.ledger()).toMatchObject({
      charges: [{ idempotencyKey: 'key-1' }],
      calls: { total: 2, accepted: 1, replayed: 1 },
      doubles: 0,
    });
  });

  it('keeps the keys of merchants apart', async () => {
    const first = await payments.charged(ORDER, 'key-1');
    const other = await payments.charge(ORDER, 'key-1', {
      headers: { authorization: 'Bearer other', 'idempotency-key': 'key-1' },
    });

    expect(await other.json()).not.toMatchObject({ id: first.id });
  });

  it('refuses a key with another body: 422', async () => {
    await payments.charge(ORDER, 'key-1');

    expect((await payments.charge({ ...ORDER, amount: 1 }, 'key-1')).status).toBe(422);
  });

  it('refuses a key that is in flight: 409, and charges once', async () => {
    const clock = new TestClock();
    await payments.close();
    payments = await PaymentsFixture.start({ processingMs: 20, clock });
    const first = payments.charge(ORDER, 'key-1');
    while (clock.pendingTimers() === 0) await sleep(1);

    expect((await payments.charge(ORDER, 'key-1')).status).toBe(409);
    await clock.advance(20);
    expect((await first).status).toBe(201);
    expect((await payments.ledger()).charges).toHaveLength(1);
  });

  it('lets the key of a malformed request be used again', async () => {
    expect((await payments.charge({ ...ORDER, amount: 0 }, 'key-1')).status).toBe(400);
    expect((await payments.charge(ORDER, 'key-1')).status).toBe(201);
  });

  it('refuses an empty idempotency key', async () => {
    const answer = await payments.charge(ORDER, '');

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      faults: ['Idempotency-Key must be one header of 1 to 255 characters'],
    });
  });

  it.each([undefined, 'Basic dTpw', 'Bearer', 'Bearer two words'])(
    'refuses the authorization %j: 401',
    async (value) => {
      const answer = await payments.charge(ORDER, undefined, {
        headers: value === undefined ? {} : { authorization: value },
      });

      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({
        statusCode: 401,
        error: 'Unauthorized',
        message: 'Authorization: Bearer <api key> is required',
        faults: [],
      });
    },
  );

  it('refuses a body that is not JSON: 400', async () => {
    const { url } = payments.service;
    const headers = { authorization: 'Bearer sk_shop' };
    const answer = await fetch(`${url}/charges`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ amount: '1' }),
    });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ faults: ['the body must be a JSON object'] });
  });

  it('names every malformed field: 400', async () => {
    const answer = await payments.charge({ amount: 19.99, currency: 'eur', metadata: [], customer: 'x' });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      statusCode: 400,
      faults: expect.arrayContaining([
        'amount must be a whole number from 1 to 9007199254740991',
        'currency must be three upper-case letters',
        'reference is missing',
        'metadata must be a JSON object',
        'customer is not a known field',
      ]),
    });
  });

  it.each([null, [], 'text', { ...ORDER, amount: '1999' }, { ...ORDER, reference: 'x'.repeat(201) }])(
    'refuses the body %j: 400',
    async (body) => {
      expect((await payments.charge(body)).status).toBe(400);
    },
  );
});
