import { beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import type { LiveProvider } from '../../provider/live-provider.js';
import type { RateLimitOptions } from './rate-limit.options.js';
import { turn } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';

describe('a call in the background that admits those within it', () => {
  let clock: TestClock;
  let provider: LiveProvider;

  beforeEach(() => {
    clock = new TestClock();
  });

  function make(rateLimit: RateLimitOptions): void {
    provider = createProvider('crm', { rateLimit }, { clock, trackCalls: true }) as LiveProvider;
  }

  /** A job, as a queue runs it. */
  function job<T>(work: () => Promise<T>, wait = 60_000): Promise<T> {
    const policies = new Map([['rateLimit', { priority: 'background', backgroundWait: wait } as const]]);
    const pipeline = provider.pipelineFor({ operation: 'job', policies, own: 'overridden' }, []);
    const call = provider.newCall('job', [], work);
    call.nested.lends = true;
    return provider.run(pipeline, call) as Promise<T>;
  }

  const used = () => provider.rateLimit!.snapshot().quotas[0]!.used;
  const call = () => provider.execute(async () => clock.now());

  it('waits for longer than others may, and is served its share while others wait for their turn', async () => {
    make({ limit: 10, per: '1s', burst: 1, wait: '1s', backgroundShare: 0.2 });
    const served: string[] = [];
    for (let i = 0; i < 20; i++) void job(async () => served.push('job')).catch(() => undefined);
    for (let tick = 0; tick < 250; tick++) {
      void provider.execute(async () => served.push('foreground')).catch(() => undefined);
      await clock.advance('20ms');
    }
    const share = served.filter((who) => who === 'job').length / served.length;
    expect(served.length).toBeGreaterThanOrEqual(45);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
  });

  it('lends its token to the first call within it, and none to the others', async () => {
    make({ limit: 10, per: '1s' });
    await job(async () => {
      expect(used()).toBe(1);
      await call();
      expect(used()).toBe(1);
      await call();
      expect(used()).toBe(2);
    });
    await call();
    expect(used()).toBe(3);
  });

  it('goes out with what it took before others that wait for more, and only the first call within it does', async () => {
    make({ limit: 10, per: '1s', wait: '1m' });
    const order: [string, number][] = [];
    const served = (name: string) => async () => void order.push([name, clock.now()]);
    const running = job(async () => {
      await clock.sleep(10);
      for (const name of ['first', 'second']) await provider.execute(served(name));
    });
    await turn();
    const policies = new Map([['rateLimit', { cost: 10 }]]);
    const dear = provider.pipelineFor({ operation: 'dear', policies }, []);
    const waiting = provider.run(dear, provider.newCall('dear', [], served('dear')));
    await clock.advance('5s');
    await Promise.all([running, waiting]);
    expect(order.map(([name]) => name)).toEqual(['first', 'dear', 'second']);
    expect(order[0]![1]).toBe(10);
  });

  it('waits for what the first call within it costs beyond what it took', async () => {
    make({ limit: 10, per: '1s', wait: '1m' });
    const dear = provider.pipelineFor({ operation: 'dear', policies: new Map([['rateLimit', { cost: 8 }]]) }, []);
    for (let i = 0; i < 5; i++) await call();
    const running = job(async () =>
      provider.run(
        dear,
        provider.newCall('dear', [], async () => clock.now()),
      ),
    );
    await clock.advance('5s');
    expect(await running).toBeGreaterThanOrEqual(1000);
  });

  it('makes up for no time in which the call within it did not go out', async () => {
    make({ limit: 10, per: '1s', burst: 1, wait: '1m' });
    const running = job(async () => {
      await clock.sleep(130);
      return call();
    });
    await clock.advance('130ms');
    const next = call();
    await clock.advance('1s');
    // Ten in 1000 ms and the 50 ms by which calls may arrive late.
    expect([await running, await next]).toEqual([130, 130 + 105]);
  });

  it('counts its token from when the call within it goes out', async () => {
    make({ limit: 1, per: '1s' });
    const running = job(async () => {
      await clock.sleep(700);
      return call();
    });
    await clock.advance('700ms');
    expect(await running).toBe(700);
    await clock.advance('500ms');
    await expect(call()).rejects.toThrow(/rate limited/);
    await clock.advance('600ms');
    expect(await call()).toBe(1800);
  });

  it('has further calls within it wait in the background, however urgent they are by themselves', async () => {
    make({ limit: 2, per: '1s', wait: 0 });
    const times: number[] = [];
    const running = job(async () => {
      for (let i = 0; i < 3; i++) times.push(await call());
    });
    await clock.advance('2s');
    await running;
    expect(times[0]).toBe(0);
    expect(times[1]).toBe(0);
    expect(times[2]).toBeGreaterThanOrEqual(1000);
  });

  it('lends nothing to another provider, and nothing once it has ended', async () => {
    make({ limit: 10, per: '1s' });
    const other = createProvider('mail', { rateLimit: { limit: 10, per: '1s' } }, { clock, trackCalls: true });
    let late: Promise<unknown> | undefined;
    await job(async () => {
      await other.execute(async () => 1);
      late = clock.sleep(100).then(call);
    });
    expect(other.rateLimit!.snapshot().quotas[0]!.used).toBe(1);
    await clock.advance('100ms');
    await late;
    expect(used()).toBe(2);
  });
});
