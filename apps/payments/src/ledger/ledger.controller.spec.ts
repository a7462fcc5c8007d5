import { setTimeout as sleep } from 'node:timers/promises';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ORDER, PaymentsFixture } from '../payments.fixture.js';

describe('GET /ledger', () => {
  let payments: PaymentsFixture;
  let clock: TestClock;

  beforeEach(async () => {
    clock = new TestClock(Date.now());
    payments = await PaymentsFixture.start({ clock });
  });
  afterEach(() => payments.close());

  it('shows the charges of one merchant, and nothing of another', async () => {
    const { id, createdAt } = await payments.charged(ORDER, 'key-1');

    expect((await payments.ledger()).charges).toEqual([{ id, ...ORDER, idempotencyKey: 'key-1', at: createdAt }]);
    expect(await payments.ledger('other')).toMatchObject({ charges: [], calls: { total: 0 }, timeline: [] });
  });

  it('has the charge that was made when its client only saw a reset', async () => {
    await payments.strike({ drop: { rate: 1, when: 'after-work' } });

    await expect(payments.charge()).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });

    expect(await payments.ledger()).toMatchObject({
      charges: [{ reference: 'order-1' }],
      calls: { total: 1, accepted: 1, dropped: 1, open: 0 },
    });
  });

  it('replays a charge whose answer was lost, when its client had sent a key', async () => {
    await payments.strike({ drop: { rate: 1, when: 'after-work' } });
    await payments.charge(ORDER, 'key-1').catch(() => undefined);
    await payments.strike({});

    const again = await payments.charge(ORDER, 'key-1');

    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect((await payments.ledger()).doubles).toBe(0);
  });

  it('has no charge for what was dropped before the work, refused or left hanging, but counts the calls', async () => {
    await payments.strike({ drop: { rate: 1, when: 'before-work' } });
    await payments.charge().catch(() => undefined);
    await payments.strike({ error: { rate: 1, status: 503 } });
    await payments.charge();
    await payments.strike({ hang: true });
    const client = new AbortController();
    const hanging = payments.charge(ORDER, undefined, { signal: client.signal }).catch(() => undefined);
    while ((await payments.ledger()).calls.open === 0) await sleep(1);
    client.abort();
    await hanging;
    await payments.strike({});
    while ((await payments.ledger()).calls.open > 0) await sleep(1);

    expect(await payments.ledger()).toMatchObject({
      charges: [],
      calls: { total: 3, accepted: 0, replayed: 0, refused429: 0, failed: 1, dropped: 2, open: 0 },
    });
  });

  it('charges although the client waits no longer', async () => {
    await payments.strike({ latency: { ms: 60 } });
    const client = new AbortController();
    const late = payments.charge(ORDER, undefined, { signal: client.signal }).catch(() => undefined);
    while (clock.pendingTimers() === 0) await sleep(1);
    client.abort();
    await late;
    while ((await payments.ledger()).calls.dropped === 0) await sleep(1);

    await clock.advance(60);
    while ((await payments.ledger()).calls.accepted === 0) await sleep(1);
    expect(await payments.ledger()).toMatchObject({ charges: [{ reference: 'order-1' }], calls: { dropped: 1 } });
  });

  it('counts bodies that cannot be read', async () => {
    const headers = { authorization: 'Bearer sk_shop', 'content-type': 'application/json' };
    await fetch(`${payments.service.url}/charges`, { method: 'POST', headers, body: '{' });

    expect((await payments.ledger()).calls).toMatchObject({ total: 1, failed: 1 });
  });

  it('puts the calls on a timeline of epoch seconds', async () => {
    await payments.charge();
    await payments.charge({});

    const { timeline } = await payments.ledger();

    const sum = (field: 'calls' | 'accepted') => timeline.reduce((total, row) => total + row[field], 0);
    expect([sum('calls'), sum('accepted')]).toEqual([2, 1]);
    expect(Math.abs((timeline[0]?.second ?? 0) - Date.now() / 1000)).toBeLessThan(10);
  });

  it('stays exact under many calls at once', async () => {
    await payments.strike({ error: { rate: 0.3, status: 500 }, drop: { rate: 0.2, when: 'after-work' } });

    const statuses = await Promise.all(
      Array.from({ length: 200 }, (_, order) =>
        payments.charge({ ...ORDER, reference: `order-${order}` }).then(
          ({ status }) => status,
          () => 'reset',
        ),
      ),
    );

    const { calls, charges } = await payments.ledger();
    const seen = (what: number | string) => statuses.filter((status) => status === what).length;
    expect(calls).toMatchObject({ total: 200, failed: seen(500), dropped: seen('reset'), open: 0 });
    expect(charges).toHaveLength(seen(201) + seen('reset'));
    expect(calls.accepted).toBe(charges.length);
  });

  it('forgets charges, counters and keys when told to', async () => {
    const first = await payments.charged(ORDER, 'key-1');
    await payments.send('DELETE', '/ledger?merchant=sk_shop');

    expect(await payments.ledger()).toMatchObject({ charges: [], calls: { total: 0, open: 0 }, timeline: [] });
    expect((await payments.charged(ORDER, 'key-1')).id).not.toBe(first.id);
  });

  it.each(['/ledger', '/ledger?merchant=', '/ledger?merchant=a&merchant=b', '/ledger?mercant=a'])(
    'refuses %s: 400',
    async (path) => {
      expect((await payments.send('GET', path)).status).toBe(400);
    },
  );
});
