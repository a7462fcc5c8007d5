import { afterEach, describe, expect, it } from '@jest/globals';
import { anOrder, ShopFixture, WEBHOOK_SECRET } from '../shop.fixture.js';

describe('HealthController', () => {
  let shop: ShopFixture;

  afterEach(() => shop.close());

  it('shows every provider, and no secret', async () => {
    shop = await ShopFixture.open();
    await shop.place(anOrder('a-1'));
    const { status, body } = await shop.get('/health');
    expect(status).toBe(200);
    const { providers } = (body as { resilience: { providers: readonly { name: string }[] } }).resilience;
    expect(body).toMatchObject({ status: 'ok' });
    expect(providers.map(({ name }) => name)).toEqual(['payments', 'email', 'catalog', 'inventory']);
    for (const secret of [WEBHOOK_SECRET, 'sk_shop', 'key_shop']) expect(JSON.stringify(body)).not.toContain(secret);
  });
});
