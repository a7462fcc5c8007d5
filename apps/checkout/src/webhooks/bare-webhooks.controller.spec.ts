import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

// Read when the module is loaded, so it has to be set before that.
process.env['CHECKOUT_BARE_WEBHOOKS'] = 'true';
const { anOrder, ShopFixture } = await import('../shop.fixture.js');

describe('BareWebhooksController', () => {
  let shop: Awaited<ReturnType<typeof ShopFixture.open>>;

  beforeEach(async () => {
    shop = await ShopFixture.open();
    await shop.place(anOrder('a-1'));
  });

  afterEach(() => shop.close());

  it('believes whatever it is sent, as often as it is sent', async () => {
    const forged = JSON.stringify({ type: 'charge.succeeded', data: { object: { reference: 'a-1' } } });
    for (let times = 0; times < 3; times += 1) {
      expect(await shop.post('/webhooks/payments', forged)).toMatchObject({
        status: 200,
        body: { outcome: 'settled' },
      });
    }
    expect((await shop.order('a-1')).settlements).toBe(3);
  });

  it.each(['{}', '[]', '[null]', '{"type":"charge.succeeded"}', '{"type":"charge.succeeded","data":null}', ''])(
    'ignores %s',
    async (body) => {
      const answer = await shop.post('/webhooks/payments', body);
      expect(answer).toMatchObject({ status: 200, body: { outcome: 'ignored' } });
    },
  );
});
