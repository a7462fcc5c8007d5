import { createCatalogApp } from '@breakwater/catalog';
import { createInventoryApp } from '@breakwater/inventory';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ShopFixture } from './shop.fixture.js';
import { ThirdParty } from './third-party.fixture.js';

interface Page {
  readonly price: number;
  readonly stale: boolean;
}

describe('a shop with a catalog and an inventory', () => {
  let shop: ShopFixture;
  let catalog: ThirdParty;
  let inventory: ThirdParty;

  beforeEach(async () => {
    const [prices, stock] = await Promise.all([createCatalogApp({ seed: 1 }), createInventoryApp({ seed: 1 })]);
    catalog = new ThirdParty(prices);
    inventory = new ThirdParty(stock);
    shop = await ShopFixture.open({
      CATALOG_URL: `${prices.url}/graphql`,
      INVENTORY_URL: stock.grpcUrl,
      // No price is fresh for longer than it takes to look again.
      RESILIENCE__CATALOG__CACHE__TTL: '1ms',
    });
  });
  afterEach(async () => {
    await shop.close();
    await Promise.all([catalog.close(), inventory.close()]);
  });

  const page = (sku: string) => shop.get<Page>(`/products/${sku}`);

  it('shows what a product costs, and its last price while the catalog is down', async () => {
    expect(await page('sku-1')).toMatchObject({ status: 200, body: { price: 1001, stale: false } });
    await catalog.strike({ error: { rate: 1, status: 503 } });
    expect(await page('sku-1')).toMatchObject({ status: 200, body: { price: 1001 } });
    expect((await page('sku-2')).status).toBe(502);
    await catalog.heal();
    expect((await page('nothing')).status).toBe(404);
  });

  it('reserves one piece for a basket, however often it is put there, and waits as long as it is told', async () => {
    const books = () => inventory.get<object>('/books?account=key_shop');
    const put = (basket: string) => shop.put(`/baskets/${basket}/items/sku-1`);
    await inventory.put('/books/limit', { account: 'key_shop', limit: 1, perMs: 300 });
    const [first, second] = await Promise.all([put('a'), put('b')]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect((await put('a')).body).toEqual(first.body);
    expect(await books()).toMatchObject({ refused: 1, early: 0, reserved: { 'sku-1': 2 } });
  });
});
