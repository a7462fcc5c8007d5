import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';

describe('PUT /limits', () => {
  let payments: PaymentsFixture;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock();
    payments = await PaymentsFixture.start({ clock });
  });
  afterEach(() => payments.close());

  const limit = (body: unknown) => payments.send('PUT', '/limits', body);

  it('says nothing about limits while there are none', async () => {
    const { headers } = await payments.charge();

    expect(headers.has('ratelimit')).toBe(false);
    expect(headers.has('x-ratelimit-limit')).toBe(false);
  });

  it('tells on every answer what is left and when the window ends', async () => {
    await limit({ limit: 50, perMs: 1000 });
    await payments.charge();
    await clock.advance(300);

    const { headers } = await payments.charge({ malformed: true });

    expect(headers.get('ratelimit-policy')).toBe('"default";q=50;w=1');
    expect(headers.get('ratelimit')).toBe('"default";r=48;t=1');
    expect(headers.get('x-ratelimit-limit')).toBe('50');
    expect(headers.get('x-ratelimit-remaining')).toBe('48');
    expect(headers.get('x-ratelimit-reset')).toBe('1');
    expect(headers.has('retry-after')).toBe(false);
  });

  it('refuses beyond the limit, counts that, and admits again exactly when it said', async () => {
    await limit({ limit: 1, perMs: 2500 });
    await payments.charge();
    await clock.advance(400);

    const refused = await payments.charge();

    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ statusCode: 429, error: 'Too Many Requests', faults: [] });
    expect(refused.headers.get('retry-after')).toBe('3');
    expect(refused.headers.get('ratelimit')).toBe('"default";r=0;t=3');
    expect((await payments.ledger()).calls).toMatchObject({ total: 2, accepted: 1, refused429: 1 });
    await clock.advance(2100);
    expect((await payments.charge()).status).toBe(201);
  });

  it('asks for a whole second even when the window ends sooner', async () => {
    await limit({ limit: 1, perMs: 100 });
    await payments.charge();

    expect((await payments.charge()).headers.get('retry-after')).toBe('1');
  });

  it('says nothing of a limit that is silent, on a refusal either', async () => {
    await limit({ limit: 1, perMs: 1000, silent: true });
    const told = (headers: Headers) => [...headers.keys()].filter((name) => /ratelimit|retry-after/u.test(name));

    const admitted = await payments.charge();
    const refused = await payments.charge();

    expect([admitted.status, refused.status]).toEqual([201, 429]);
    expect([told(admitted.headers), told(refused.headers)]).toEqual([[], []]);
  });

  it('gives every merchant a window of its own, and one merchant another limit', async () => {
    await limit({ limit: 1, perMs: 1000 });
    await limit({ merchant: 'big', limit: 5, perMs: 1000 });
    const as = (key: string) => payments.charge(ORDER, undefined, { headers: { authorization: `Bearer ${key}` } });

    expect((await as('small')).headers.get('ratelimit')).toBe('"default";r=0;t=1');
    expect((await as('other')).status).toBe(201);
    expect((await as('big')).headers.get('ratelimit')).toBe('"default";r=4;t=1');
  });

  it('reports the limits and lifts them, one merchant at a time or all', async () => {
    await limit({ merchant: 'big', limit: 5, perMs: 1000 });
    const both = await limit({ limit: 1, perMs: 1000 });
    expect(await both.json()).toEqual({
      default: { limit: 1, perMs: 1000 },
      merchants: { big: { limit: 5, perMs: 1000 } },
    });

    const one = await payments.send('DELETE', '/limits?merchant=big');
    expect(await one.json()).toEqual({ default: { limit: 1, perMs: 1000 }, merchants: {} });
    const none = await payments.send('DELETE', '/limits');
    expect(await none.json()).toEqual({ default: null, merchants: {} });
  });

  it('names what is wrong with a limit', async () => {
    const answer = await limit({ limit: 0, per: 1000 });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      faults: expect.arrayContaining([
        'limit must be a whole number from 1 to 1000000',
        'perMs is missing',
        'per is not a known field',
      ]),
    });
  });
});
