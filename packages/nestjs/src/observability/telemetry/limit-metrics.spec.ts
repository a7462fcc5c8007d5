import { createProvider } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { describe, expect, it } from '@jest/globals';
import { EventCounts } from './event-counts.js';
import { LIMIT_METRICS } from './limit-metrics.js';

describe('the metrics of limits', () => {
  it('count each call that waits once, those of the background included', async () => {
    const clock = new TestClock();
    const priority = (asked: unknown) => (asked === 'sync' ? 'background' : 'foreground');
    const rateLimit = { limit: 1, per: '1s', wait: '10s', priority } as const;
    const crm = createProvider('crm', { rateLimit }, { clock });
    await crm.execute(() => 'done');
    const waiting = [
      crm.execute(() => 'done', { args: ['sync'] }),
      crm.execute(() => 'done', { args: ['sync'] }),
      crm.execute(() => 'done'),
    ];
    await clock.advance('0ms');
    const queued = LIMIT_METRICS.find(({ name }) => name === 'rate_limit.queued')!;
    expect(crm.snapshot().policies).toMatchObject([{ queued: 3, queuedInBackground: 2 }]);
    const source = { providers: [crm.snapshot()], measures: [], events: new EventCounts(), queues: [] };
    expect(queued.read(source)).toEqual([{ value: 3, labels: { provider: 'crm' } }]);
    await clock.advance('10s');
    await Promise.all(waiting);
    crm.close();
  });
});
