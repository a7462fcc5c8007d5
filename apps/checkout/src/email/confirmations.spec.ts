import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ResilienceSnapshot } from '@breakwater/nestjs';
import type { JobCounts } from '@breakwater/queue';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOrder, eventually, ShopFixture } from '../shop.fixture.js';

const QUICK = { RESILIENCE__EMAIL__CIRCUIT_BREAKER__OPEN_FOR: '200ms' };

describe('confirmations', () => {
  let folder: string;
  let shop: ShopFixture;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkout-'));
  });

  afterEach(async () => {
    await shop.close();
    await rm(folder, { recursive: true });
  });

  const inFile = () => ({ DATABASE_FILE: join(folder, 'shop.sqlite') });
  const isConfirmed = (id: string) => async () => (await shop.order(id)).confirmation === 'sent';

  const jobs = async () => (await shop.get<Record<string, JobCounts>>('/jobs')).body;

  async function isOpen(): Promise<boolean> {
    const { body } = await shop.get<{ resilience: ResilienceSnapshot }>('/health');
    const email = body.resilience.providers.find(({ name }) => name === 'email');
    return email?.policies.some((policy) => policy.kind === 'circuitBreaker' && policy.state === 'open') === true;
  }

  /** How often each of these orders has been confirmed to its customer. */
  async function messagesFor(ids: readonly string[]): Promise<number[]> {
    const { messages } = await shop.mailbox();
    return ids.map((id) => messages.filter(({ to }) => to === `${id}@customers.test`).length);
  }

  it('takes orders while email hangs, and confirms each of them once when it is back', async () => {
    shop = await ShopFixture.open({ ...QUICK, RESILIENCE__EMAIL__TIMEOUT__ATTEMPT: '1s' });
    await shop.email.strike({ hang: true });
    const ids = Array.from({ length: 30 }, (_, index) => `a-${index}`);
    const answers = await Promise.all(ids.map((id) => shop.place(anOrder(id))));
    for (const { status, body } of answers) {
      expect({ status, body }).toMatchObject({ status: 201, body: { status: 'paid', confirmation: 'pending' } });
    }

    await shop.email.heal();
    for (const id of ids) await eventually(isConfirmed(id));
    expect(await messagesFor(ids)).toEqual(ids.map(() => 1));
  });

  it('calls email no more while its circuit is open', async () => {
    shop = await ShopFixture.open({ RESILIENCE__EMAIL__CIRCUIT_BREAKER__OPEN_FOR: '1m' });
    await shop.email.strike({ error: { rate: 1, status: 500 } });
    const place = (index: number) => shop.place(anOrder(`a-${index}`));
    let placed = 0;
    while (!(await isOpen())) await place(placed++);
    // Five failures open it. Jobs that are tried again may be under way beside them.
    const calls = async () => (await shop.mailbox()).calls.total;
    let total = await calls();
    await eventually(async () => (await pause(200), total === (total = await calls())));
    expect(total).toBeGreaterThanOrEqual(5);
    expect(total).toBeLessThan(10);
    for (const last = placed + 15; placed < last; placed++) await place(placed);
    await pause(600);
    expect(await calls()).toBe(total);
  });

  it('has no customer wait to see whether email is back', async () => {
    shop = await ShopFixture.open({ ...QUICK, SHUTDOWN_GRACE_MS: '0' });
    await shop.email.strike({ error: { rate: 1, status: 500 } });
    for (let n = 0; !(await isOpen()); n++) await shop.place(anOrder(`a-${n}`));
    await shop.email.strike({ hang: true });
    await eventually(async () => (await shop.mailbox()).calls.open > 0);
    const before = performance.now();
    expect((await shop.place(anOrder('b-1'))).status).toBe(201);
    // One that waited would do so for five seconds.
    expect(performance.now() - before).toBeLessThan(4000);
  });

  it('confirms once what email had sent before the connection was lost', async () => {
    shop = await ShopFixture.open(QUICK);
    await shop.email.strike({ drop: { rate: 1, when: 'after-work' } });
    expect((await shop.place(anOrder('a-1'))).body.confirmation).toBe('pending');
    await shop.email.heal();
    await eventually(isConfirmed('a-1'));
    expect(await messagesFor(['a-1'])).toEqual([1]);
  });

  it('is not held up by confirmations that email will never take', async () => {
    shop = await ShopFixture.open(QUICK);
    await shop.email.strike({ error: { rate: 1, status: 500 } });
    const unwelcome = Array.from({ length: 12 }, (_, index) => anOrder(`a-${index}`, { email: `a-${index}@b.c` }));
    for (const order of [...unwelcome, anOrder('good')]) await shop.place(order);
    await shop.email.heal();
    await eventually(isConfirmed('good'));
    expect((await shop.order('a-0')).confirmation).toBe('pending');
    // They are seen, rather than tried for ever.
    await eventually(async () => (await jobs()).email?.dead === 12);
    expect(await jobs()).toMatchObject({ email: { waiting: 0, delayed: 0, completed: 1 } });
  });

  it('goes on after a restart with what stands in the database', async () => {
    shop = await ShopFixture.open({ ...QUICK, ...inFile() });
    await shop.email.strike({ hang: true });
    await shop.place(anOrder('a-1'));
    await shop.stop();

    await shop.email.heal();
    await shop.start();
    await eventually(isConfirmed('a-1'));
    expect(await messagesFor(['a-1'])).toEqual([1]);
  });

  it('confirms once what was being sent when the shop went down', async () => {
    shop = await ShopFixture.open({ ...inFile(), SHUTDOWN_GRACE_MS: '0' });
    await shop.email.strike({ latency: { ms: 2000 } });
    const placed = shop.place(anOrder('a-1')).catch(() => undefined);
    await eventually(async () => (await shop.mailbox()).calls.total > 0);
    await shop.stop();
    await placed;
    expect(await messagesFor(['a-1'])).toEqual([0]);
    await shop.start();
    await eventually(async () => (await shop.mailbox()).calls.total > 1);
    await shop.email.heal();
    await eventually(isConfirmed('a-1'));
    await eventually(async () => (await shop.mailbox()).calls.open === 0);
    expect(await messagesFor(['a-1'])).toEqual([1]);
  });

  it('keeps the orders of the last run', async () => {
    shop = await ShopFixture.open(inFile());
    const { body } = await shop.place(anOrder('a-1'));
    await shop.stop();
    await shop.start();
    expect(await shop.order('a-1')).toEqual(body);
    expect((await shop.place(anOrder('a-1'))).status).toBe(200);
  });
});
