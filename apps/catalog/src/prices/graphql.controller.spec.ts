import type { MockService } from '@breakwater/faults';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCatalogApp } from '../create-catalog-app.js';

describe('the mock catalog', () => {
  let catalog: MockService;

  beforeEach(async () => {
    catalog = await createCatalogApp({ seed: 1 });
  });
  afterEach(() => catalog.close());

  function request(method: string, path: string, body?: unknown, key = 'Bearer shop'): Promise<Response> {
    return fetch(catalog.url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: key },
      body: body === undefined ? null : JSON.stringify(body),
    });
  }

  const ask = async (query: string, variables?: object) =>
    (await request('POST', '/graphql', { query, ...(variables && { variables }) })).json();

  it('answers a query by its variables, with the media type of GraphQL', async () => {
    const query = 'query Price($sku: ID!) { product(sku: $sku) { name price currency } }';
    const answer = await request('POST', '/graphql', { query, variables: { sku: 'sku-7' } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
    expect(await answer.json()).toEqual({ data: { product: { name: 'Product 7', price: 1007, currency: 'EUR' } } });
    expect(await ask('{ product(sku: "pen") { name } }')).toEqual({ data: { product: null } });
  });

  it('answers the part of a list that there is', async () => {
    expect(await ask('{ products(skus: ["sku-1", "pen"]) { price } }')).toMatchObject({
      data: { products: [{ price: 1001 }, null] },
      errors: [{ path: ['products', 1], extensions: { code: 'NOT_FOUND' } }],
    });
  });

  it('refuses a document that asks for what there is not, and one without a key', async () => {
    expect(await ask('{ product(sku: "sku-1") { weight } }')).toMatchObject({
      errors: [{ message: expect.any(String) }],
    });
    expect((await request('POST', '/graphql', { query: '{ __typename }' }, '')).status).toBe(401);
  });

  it('raises its prices, counts calls by account, and forgets them', async () => {
    await request('POST', '/shelf/prices', { by: 50 });
    expect(await ask('{ product(sku: "sku-1") { price } }')).toEqual({ data: { product: { price: 1051 } } });
    const shelf = async () => (await request('GET', '/shelf?account=shop')).json();
    expect(await shelf()).toMatchObject({ calls: { total: 1, accepted: 1 } });
    await request('DELETE', '/shelf?account=shop');
    expect(await shelf()).toMatchObject({ calls: { total: 0 } });
  });

  it('is struck by faults, its shelf is not', async () => {
    await request('PUT', '/faults', { error: { rate: 1, status: 503 } });
    expect((await request('POST', '/graphql', { query: '{ __typename }' })).status).toBe(503);
    expect((await request('GET', '/shelf?account=shop')).status).toBe(200);
  });
});
