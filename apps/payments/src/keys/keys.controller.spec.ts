import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';

describe('PUT /keys', () => {
  let payments: PaymentsFixture;

  beforeEach(async () => {
    payments = await PaymentsFixture.start();
  });
  afterEach(() => payments.close());

  const chargeWith = async (key: string) => {
    const { status } = await payments.charge(ORDER, undefined, { headers: { authorization: `Bearer ${key}` } });
    return status;
  };

  it('takes the keys of a merchant that it names, in the name of that merchant, and refuses all others', async () => {
    expect(await chargeWith('sk_shop')).toBe(201);
    await payments.send('PUT', '/keys', { merchant: 'sk_shop', keys: ['sk_shop.second'] });
    expect([await chargeWith('sk_shop'), await chargeWith('sk_shop.third')]).toEqual([401, 401]);
    expect([await chargeWith('sk_shop.second'), await chargeWith('sk_other')]).toEqual([201, 201]);
    expect((await payments.ledger()).charges).toHaveLength(2);
  });

  it('takes any key again afterwards', async () => {
    await payments.send('PUT', '/keys', { merchant: 'sk_shop', keys: [] });
    expect(await chargeWith('sk_shop')).toBe(401);
    await payments.send('DELETE', '/keys');
    expect(await chargeWith('sk_shop')).toBe(201);
  });
});
