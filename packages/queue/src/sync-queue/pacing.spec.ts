import { currentCall, type ProviderOptions } from '@breakwater/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { SyncJobRejectedError } from '../jobs/job-errors.js';
import { QueueFixture } from './queue.fixture.js';

const DOWN = { response: { status: 503, headers: {} } };

describe('the pace of a provider', () => {
  let fixture: QueueFixture;
  afterEach(() => fixture.stop());

  async function startWith(provider: ProviderOptions, ...given: Parameters<QueueFixture['on']>): Promise<void> {
    fixture = new QueueFixture(provider);
    await fixture.on(...given).start();
  }

  function fill(count: number, options: (i: number) => object = () => ({})): Promise<unknown> {
    const jobs = Array.from({ length: count }, (_, i) => ({ name: 'sync', payload: i, options: options(i) }));
    return fixture.queue.addAll('crm', jobs);
  }

  it('is the pace of its jobs: never more than the limit in a window, and nearly all of it', async () => {
    const at: number[] = [];
    await startWith({ rateLimit: { limit: 20, per: '1s', burst: 5 } }, 'sync', async () =>
      at.push(fixture.clock.now()),
    );
    await fill(400);
    await fixture.clock.advance('10s');
    expect(at.length).toBeGreaterThanOrEqual(180);
    for (const from of at) {
      expect(at.filter((time) => time >= from && time < from + 1000).length).toBeLessThanOrEqual(20);
    }
  });

  it('is shared with calls in the foreground, which go first and leave the jobs their share', async () => {
    let jobs = 0;
    const waits: number[] = [];
    await startWith(
      { rateLimit: { limit: 20, per: '1s', burst: 2, wait: '2s', backgroundShare: 0.2 } },
      'sync',
      async () => jobs++,
    );
    await fill(400);
    await fixture.clock.advance('1s');
    jobs = 0;
    for (let call = 0; call < 160; call++) {
      const since = fixture.clock.now();
      void fixture.provider.execute(async () => waits.push(fixture.clock.now() - since)).catch(() => undefined);
      await fixture.clock.advance('62ms');
    }
    expect(jobs).toBeGreaterThanOrEqual(35);
    expect(waits.length).toBeGreaterThanOrEqual(140);
  });

  it('has the tenants take turns', async () => {
    const seen: string[] = [];
    await startWith({ rateLimit: { limit: 10, per: '1s', burst: 1 } }, 'sync', async ({ tenant }) => seen.push(tenant));
    await fill(120, (i) => ({ tenant: i < 100 ? 'large' : i < 110 ? 'a' : 'b' }));
    await fixture.clock.advance('3s');
    expect(seen.length).toBeLessThanOrEqual(30);
    const first = seen.slice(0, 27);
    for (const tenant of ['large', 'a', 'b'])
      expect(first.filter((name) => name === tenant).length).toBeGreaterThanOrEqual(8);
  });

  it('waits for a pause that the provider asked for, and burns no attempt for its 429', async () => {
    let calls = 0;
    await startWith({ rateLimit: { limit: 100, per: '1s' } }, 'sync', async () => {
      calls++;
      if (calls <= 10) throw { response: { status: 429, headers: { 'retry-after': '30' } } };
    });
    await fill(20);
    await fixture.clock.advance('29s');
    expect(calls).toBe(10);
    expect(fixture.queue.snapshot()[0]).toMatchObject({ held: 'rate-limited', returned: 10, failed: 0 });
    await fixture.clock.advance('10s');
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 20, dead: 0 });
  });

  it('stops at an open circuit without burning attempts, and goes on when the provider is back', async () => {
    let isDown = true;
    let calls = 0;
    const circuitBreaker = { window: { consecutive: 5 }, openFor: '10s', halfOpen: { calls: 1 } } as const;
    await startWith({ circuitBreaker }, 'sync', async () => {
      calls++;
      if (isDown) throw DOWN;
    });
    await fill(200);
    await fixture.clock.advance('5s');
    const before = calls;
    expect(before).toBeLessThanOrEqual(10);
    expect(fixture.queue.snapshot()[0]).toMatchObject({ held: 'circuit-open' });
    await fixture.clock.advance('60s');
    expect(calls - before).toBeLessThanOrEqual(8);
    isDown = false;
    await fixture.clock.advance('5m');
    expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 200, dead: 0 });
    expect(fixture.events.ofType('queue.held').map(({ detail }) => detail.why)).toContain('circuit-open');
  });

  it('is not held up by jobs that their processor rejects, unless what they stand for is the provider’s failure', async () => {
    const circuitBreaker = { window: { consecutive: 3 }, openFor: '10s' } as const;
    let cause: unknown;
    await startWith({ circuitBreaker }, 'sync', async ({ payload }) => {
      throw new SyncJobRejectedError(`no customer ${String(payload)}`, { cause });
    });
    await fill(10);
    await fixture.clock.advance('1s');
    expect(await fixture.queue.counts('crm')).toMatchObject({ dead: 10 });
    expect(fixture.provider.circuitBreaker?.state).toBe('closed');
    cause = DOWN;
    await fill(3);
    await fixture.clock.advance('1s');
    expect(fixture.provider.circuitBreaker?.state).toBe('open');
  });

  it('counts a call that a job makes as the job itself', async () => {
    let calls = 0;
    await startWith({ rateLimit: { limit: 10, per: '1h' } }, 'sync', () =>
      fixture.provider.execute(async () => calls++, { operation: 'upsert' }),
    );
    await fill(10);
    await fixture.clock.advance('10s');
    expect(calls).toBe(10);
    expect(fixture.provider.rateLimit?.snapshot().quotas[0]?.used).toBe(10);
  });

  it('has the clients of the provider send the job’s key', async () => {
    const keys: unknown[] = [];
    await startWith({}, 'sync', async ({ id }) =>
      keys.push([currentCall()?.idempotencyKey === id, currentCall()?.key]),
    );
    await fill(1, () => ({ tenant: 'acme' }));
    await fixture.clock.advance('1s');
    expect(keys).toEqual([[true, undefined]]);
  });

  it('is each tenant’s own where each has an account of its own', async () => {
    const seen: string[] = [];
    const run = async ({ tenant }: { tenant: string }) => seen.push(`${tenant} ${currentCall()?.key}`);
    await startWith({ rateLimit: { limit: 10, per: '1s', burst: 1 } }, 'sync', run, { perTenant: true });
    await fill(200, (i) => ({ tenant: i % 2 === 0 ? 'a' : 'b' }));
    await fixture.clock.advance('3s');
    expect(seen.length).toBeGreaterThanOrEqual(50);
    for (const name of ['a a', 'b b']) expect(seen.filter((each) => each === name).length).toBeLessThanOrEqual(30);
  });

  it.each([
    ['rateLimit', { limit: 10, per: '1s' }],
    ['circuitBreaker', { window: { count: 10 } }],
    ['adaptiveThrottle', {}],
  ])(
    'has its jobs pass %s once that is added while they run, and no more once it is left out',
    async (kind, settings) => {
      const shown = () => fixture.provider.snapshot().policies;
      const runOne = async () => {
        await fill(1);
        await fixture.clock.advance('1s');
      };
      await startWith({}, 'sync', async () => undefined);
      await runOne();
      fixture.provider.reconfigure({ [kind]: settings });
      const before = shown();
      await runOne();
      expect(shown()).not.toEqual(before);
      fixture.provider.reconfigure({ [kind]: false });
      await runOne();
      expect(shown()).toEqual([]);
      expect(await fixture.queue.counts('crm')).toMatchObject({ completed: 3 });
    },
  );

  it('is not needed: without a rate limit the jobs run as fast as they can', async () => {
    let runs = 0;
    await startWith({}, 'sync', async () => runs++);
    await fill(1000);
    await fixture.clock.advance('100ms');
    expect(runs).toBe(1000);
  });

  it('begins one job in a turn of the event loop where each takes the processor for long, so that routes come between', async () => {
    fixture = new QueueFixture({}, { concurrency: 8 });
    let turn = 0;
    let isOver = false;
    const count = () => {
      turn++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const turns: number[] = [];
    await fixture
      .on('sync', async () => {
        fixture.clock.block('20ms');
        turns.push(turn);
      })
      .start();
    const jobs = Array.from({ length: 40 }, (_, payload) => ({ name: 'sync', payload }));
    await fixture.queue.addAll('crm', jobs);
    await fixture.clock.advance('10s');
    isOver = true;
    expect(turns).toHaveLength(40);
    expect(new Set(turns.slice(-20)).size).toBe(20);
  });
});
