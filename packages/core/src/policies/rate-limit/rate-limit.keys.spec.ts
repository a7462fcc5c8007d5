import { describe, expect, it } from '@jest/globals';
import { KeyedGate } from '../../engine/gates/keyed-gate.js';
import { Pipeline } from '../../engine/pipeline.js';
import type { KeyableGate } from '../../engine/policy.js';
import { createProvider } from '../../provider/create-provider.js';
import { readSettings } from '../../settings/read-settings.js';
import { environmentOf, liveCall, outcomeOf } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';
import { rateLimitKind } from './rate-limit.kind.js';
import type { RateLimitOptions } from './rate-limit.options.js';

/** How many keys have a gate of their own in these specs. Those of all others are packed. */
const KEPT = 10;

/** A limit for each of many keys, of which few have a gate. */
function bench(rateLimit: RateLimitOptions) {
  const clock = new TestClock();
  const environment = environmentOf(clock);
  const read = (options: RateLimitOptions) =>
    rateLimitKind.specs(readSettings(rateLimitKind.schema, options, '').settings);
  const policies = read(rateLimit).map((spec) => spec.create(environment));
  const limit = new KeyedGate(policies.pop() as KeyableGate, environment, KEPT);
  const pipeline = new Pipeline([...policies, limit], environment);
  const call = (key: string) => outcomeOf(pipeline.run(liveCall(() => 'ok', key, clock)));
  let count = 0;
  const others = async (keys: number) => {
    for (let i = 0; i < keys; i++) await call(`other ${count++}`);
  };
  const shown = () => limit.snapshot(clock.now());
  const reconfigure = (options: RateLimitOptions) => limit.reconfigure(read(options).at(-1)!.settings);
  return { clock, limit, call, others, shown, reconfigure };
}

const REFUSED = { error: { code: 'RATE_LIMITED' } };

describe('rate limit of many keys', () => {
  it.each<[string, RateLimitOptions, number]>([
    ['window', { limit: 3, per: '1h' }, 3],
    ['large window', { limit: 2000, per: '1h', cost: 1000 }, 2],
    ['paced window', { limit: 6, burst: 3, per: '1h' }, 3],
    ['bucket', { bucket: 3, refill: 1, per: '1h' }, 3],
    [
      'quota of requests beside one of tokens',
      {
        quotas: [
          { limit: 3, per: '1h' },
          { limit: 90, per: '1m', unit: 'tokens' },
        ],
        cost: 10,
      },
      3,
    ],
  ])('knows how much of a %s a key has spent, however many others came since', async (_name, options, calls) => {
    const { call, others, shown } = bench(options);
    for (let i = 0; i < calls; i++) expect(await call('spent')).toEqual({ value: 'ok' });
    for (let i = 0; i < calls - 1; i++) await call('half spent');
    await others(3 * KEPT);
    expect(shown()).toMatchObject({ keys: KEPT, packedKeys: 2 + 2 * KEPT });
    expect(await call('spent')).toMatchObject(REFUSED);
    expect(await call('half spent')).toEqual({ value: 'ok' });
    await others(3 * KEPT);
    expect(await call('half spent')).toMatchObject(REFUSED);
  });

  it('keeps few gates, remembers a bounded number of keys that have spent little, and tells of those that it forgets', async () => {
    const clock = new TestClock();
    const provider = createProvider('crm', { rateLimit: { limit: 100, per: '1h' } }, { clock });
    const events = recordEvents(provider);
    const told = () => events.ofType('keys.forgotten').map(({ detail }) => detail);
    const shown = () => provider.snapshot().policies[0] as object;
    const run = (key: string) => provider.execute(() => 'ok', { key });
    for (let i = 0; i < 11_000; i++) await run(`${i}`);
    expect(shown()).toMatchObject({ keys: 1000, packedKeys: 10_000 });
    expect([shown(), told()]).toEqual([expect.not.objectContaining({ forgottenKeys: expect.anything() }), []]);
    for (let i = 0; i < 100; i++) await run(`more ${i}`);
    expect(shown()).toMatchObject({ keys: 1000, packedKeys: 10_000, forgottenKeys: 100 });
    // The first is told of at once, the others once a minute.
    expect(told()).toEqual([{ policy: 'rateLimit', forgotten: 1 }]);
    await clock.advance('1m');
    await run('another');
    expect(told()).toEqual([expect.anything(), { policy: 'rateLimit', forgotten: 100 }]);
  });

  it('remembers nothing of a key of which nothing counts any more', async () => {
    const { others, shown, clock } = bench({ limit: 100, per: '1s' });
    await others(2 * KEPT);
    expect(shown()).toMatchObject({ keys: KEPT, packedKeys: KEPT });
    await clock.advance('2s');
    await others(KEPT);
    expect(shown()).toEqual(expect.not.objectContaining({ packedKeys: expect.anything() }));
    expect(shown()).toEqual(expect.not.objectContaining({ forgottenKeys: expect.anything() }));
  });

  it('goes on with the pause of a key, and with what the provider said of its quota', async () => {
    const { limit, call, others, clock } = bench({ limit: 100, per: '1h' });
    limit.observe({ status: 429, headers: { 'retry-after': '600' } }, 'paused');
    const headers = { 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': '900' };
    limit.observe({ status: 200, headers }, 'nearly spent');
    await others(3 * KEPT);
    expect(await call('paused')).toMatchObject({ error: { why: 'paused-by-provider', retryAfterMs: 600_000 } });
    expect(await call('nearly spent')).toEqual({ value: 'ok' });
    await others(3 * KEPT);
    expect(await call('nearly spent')).toMatchObject({ error: { why: 'quota-spent', retryAfterMs: 900_000 } });
    await clock.advance('15m');
    expect(await call('paused')).toEqual({ value: 'ok' });
  });

  it('holds a key to new settings that came while it was away', async () => {
    const { call, others, reconfigure } = bench({ limit: 10, per: '1h' });
    for (let i = 0; i < 4; i++) await call('tenant');
    await others(3 * KEPT);
    reconfigure({ limit: 5, per: '1h' });
    expect(await call('tenant')).toEqual({ value: 'ok' });
    expect(await call('tenant')).toMatchObject(REFUSED);
  });
});
