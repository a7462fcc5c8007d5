import { TestClock } from '@breakwater/core/testing';
import type { MockService } from '@breakwater/faults';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCrmApp } from '../create-crm-app.js';
import type { RecordsReport } from '../records/records.controller.js';

const ORDER = { id: 'o-1', tenant: 'acme', amount: 1999 };

describe('the mock CRM', () => {
  let crm: MockService;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock();
    crm = await createCrmApp({ seed: 1, clock });
  });
  afterEach(() => crm.close());

  function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    return fetch(crm.url + path, {
      method,
      headers: { authorization: 'Bearer key_shop', 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  const records = async () => (await (await call('GET', '/records?account=key_shop')).json()) as RecordsReport;

  it('keeps an order once by its idempotency key', async () => {
    for (let i = 0; i < 3; i++) {
      expect((await call('POST', '/orders', ORDER, { 'Idempotency-Key': 'k-1' })).status).toBe(201);
    }
    const { orders, calls } = await records();
    expect(orders).toMatchObject([{ ...ORDER, idempotencyKey: 'k-1' }]);
    expect(calls).toMatchObject({ total: 3 });
  });

  it('allows 20 calls a second, whatever they are, and refuses the others', async () => {
    for (let i = 0; i < 10; i++) {
      expect((await call('POST', '/orders', { ...ORDER, id: `o-${i}` })).status).toBe(201);
      expect((await call('GET', '/customers/c-1')).status).toBe(200);
    }
    const refused = await call('GET', '/customers/c-1');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    await clock.advance(1000);
    expect((await call('GET', '/customers/c-1')).status).toBe(200);
    expect((await records()).calls).toMatchObject({ total: 22, refused429: 1 });
  });

  it('asks for a key, names what is wrong with an order, and forgets an account', async () => {
    expect((await call('POST', '/orders', ORDER, { authorization: '' })).status).toBe(401);
    expect((await call('POST', '/orders', { id: 'o-1' })).status).toBe(400);
    await call('POST', '/orders', ORDER);
    await call('DELETE', '/records?account=key_shop');
    expect((await records()).orders).toEqual([]);
  });
});
