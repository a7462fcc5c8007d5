import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrmApp, type RecordsReport } from '@breakwater/crm';
import type { JobCounts } from '@breakwater/queue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { ThirdParty } from '../third-party.fixture.js';

// Read when the module is loaded, so it has to be set before that.
process.env['CRM_URL'] = 'http://127.0.0.1:1';
const { anOrder, eventually, ShopFixture } = await import('../shop.fixture.js');

const ACCOUNT = 'shop';

describe('a shop with a CRM', () => {
  let folder: string;
  let crm: ThirdParty;
  let shop: Awaited<ReturnType<typeof ShopFixture.open>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkout-'));
    const service = await createCrmApp({ seed: 1 });
    crm = new ThirdParty(service);
    shop = await ShopFixture.open({
      CRM_URL: service.url,
      CRM_API_KEY: ACCOUNT,
      DATABASE_FILE: file(),
      RESILIENCE__CRM__CIRCUIT_BREAKER__OPEN_FOR: '200ms',
    });
  });
  afterEach(async () => {
    await shop.close();
    await crm.close();
    await rm(folder, { recursive: true });
  });

  const file = () => join(folder, 'shop.sqlite');
  const synced = async () =>
    (await crm.get<RecordsReport>(`/records?account=${ACCOUNT}`)).orders.map(({ id, tenant }) => `${tenant}/${id}`);

  it('tells it of each paid order once, and has no customer wait for it', async () => {
    await crm.strike({ hang: true });
    for (const id of ['a-1', 'a-2', 'a-1']) await shop.place(anOrder(id));
    expect(await synced()).toEqual([]);
    await shop.payments.strike({ error: { rate: 1, status: 500 } });
    expect((await shop.place(anOrder('unpaid'))).status).toBe(502);
    await crm.heal();
    await eventually(async () => (await synced()).length === 2);
    expect((await synced()).sort()).toEqual(['shop/a-1', 'shop/a-2']);
  });

  it('takes imports of tenants beside, and tells of all of them', async () => {
    await crm.strike({ error: { rate: 1, status: 503 } });
    await shop.place(anOrder('a-1'));
    const body = JSON.stringify({ tenant: 'acme', orders: [{ id: 'o-1', amount: 5 }] });
    expect(await shop.post('/imports', body)).toMatchObject({ status: 202, body: { added: 1 } });
    const { body: jobs } = await shop.get<Record<string, JobCounts>>('/jobs');
    expect(jobs['crm']!.waiting + jobs['crm']!.delayed + jobs['crm']!.active).toBe(2);
    await crm.heal();
    await eventually(async () => (await synced()).length === 2);
    expect((await synced()).sort()).toEqual(['acme/o-1', 'shop/a-1']);
  });

  it('leaves an order unpaid whose jobs cannot be kept: it is charged once when it comes again', async () => {
    const other = new Database(file());
    other.exec('ALTER TABLE sync_jobs RENAME TO away');
    expect((await shop.place(anOrder('a-1'))).status).toBe(500);
    expect(await shop.order('a-1')).toMatchObject({ status: 'pending', charge: null });
    other.exec('ALTER TABLE away RENAME TO sync_jobs');
    other.close();
    expect(await shop.place(anOrder('a-1'))).toMatchObject({ status: 201, body: { confirmation: 'sent' } });
    expect((await shop.ledger()).charges).toHaveLength(1);
    await eventually(async () => (await synced()).length === 1);
  });
});
