import { OF_POLICY, ofPolicies, type Metric, type Sample } from './metric.js';
import { quotaLabel, type QuotaSnapshot } from './quota-label.js';

/** The metrics of limits, caches and queues. */
export const LIMIT_METRICS: readonly Metric[] = [
  {
    name: 'rate_limit.used',
    kind: 'gauge',
    unit: '{call}',
    description: 'How much of a quota is taken.',
    labels: [...OF_POLICY, 'quota'],
    read: ofPolicies('rateLimit', ({ quotas }) => byQuota(quotas, ({ used }) => used), 'quota'),
  },
  {
    name: 'rate_limit.limit',
    kind: 'gauge',
    unit: '{call}',
    description: 'How large a quota is.',
    labels: [...OF_POLICY, 'quota'],
    read: ofPolicies('rateLimit', ({ quotas }) => byQuota(quotas, ({ limit, bucket }) => limit ?? bucket), 'quota'),
  },
  {
    name: 'rate_limit.wait',
    kind: 'gauge',
    unit: 's',
    description: 'How long a call would wait that comes now.',
    labels: OF_POLICY,
    read: ofPolicies('rateLimit', ({ waitMs }) => ({ wait: waitMs / 1000 })),
  },
  {
    name: 'rate_limit.queued',
    kind: 'gauge',
    unit: '{call}',
    description: 'Calls that wait for their turn.',
    labels: OF_POLICY,
    read: ofPolicies('rateLimit', ({ queued }) => ({ queued })),
  },
  {
    name: 'rate_limit.throttled',
    kind: 'counter',
    unit: '{response}',
    description: 'How often the provider has said 429.',
    labels: OF_POLICY,
    read: ofPolicies('rateLimit', ({ throttled }) => ({ throttled })),
  },
  {
    name: 'bulkhead.active',
    kind: 'gauge',
    unit: '{call}',
    description: 'Slots of the bulkhead that are taken.',
    labels: OF_POLICY,
    read: ofPolicies('bulkhead', ({ active }) => ({ active })),
  },
  {
    name: 'bulkhead.limit',
    kind: 'gauge',
    unit: '{call}',
    description: 'Slots that the bulkhead has at the moment.',
    labels: OF_POLICY,
    read: ofPolicies('bulkhead', ({ limit }) => ({ limit })),
  },
  {
    name: 'bulkhead.queued',
    kind: 'gauge',
    unit: '{call}',
    description: 'Calls that wait for a slot.',
    labels: OF_POLICY,
    read: ofPolicies('bulkhead', ({ queued }) => ({ queued })),
  },
  {
    name: 'cache.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls by what the cache had for them.',
    labels: [...OF_POLICY, 'result'],
    read: ofPolicies(
      'cache',
      ({ hits, misses, stale, coalesced, uncached }) => ({ hit: hits, miss: misses, stale, coalesced, uncached }),
      'result',
    ),
  },
  {
    name: 'cache.entries',
    kind: 'gauge',
    unit: '{entry}',
    description: 'Answers that are kept.',
    labels: OF_POLICY,
    read: ofPolicies('cache', ({ entries }) => ({ entries })),
  },
  {
    name: 'idempotency.calls',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls with an idempotency key, by what became of them.',
    labels: [...OF_POLICY, 'result'],
    read: ofPolicies(
      'idempotency',
      ({ executed, replayed, shared, reclaimed, conflicts, mismatches }) => ({
        ...{ executed, replayed, shared, reclaimed },
        ...{ conflict: conflicts, mismatch: mismatches },
      }),
      'result',
    ),
  },
  {
    name: 'queue.jobs',
    kind: 'gauge',
    unit: '{job}',
    description: 'Jobs of a queue, by their state.',
    labels: ['queue', 'state'],
    read: ({ queues }) =>
      queues.flatMap(({ name, waiting, delayed, active, dead }) => samples(name, { waiting, delayed, active, dead })),
  },
  {
    name: 'queue.processed',
    kind: 'counter',
    unit: '{job}',
    description: 'Jobs that a queue has worked on, by how that ended.',
    labels: ['queue', 'state'],
    read: ({ queues }) => queues.flatMap(({ name, completed, failed }) => samples(name, { completed, failed })),
  },
];

function byQuota(quotas: readonly QuotaSnapshot[], read: (quota: QuotaSnapshot) => number | undefined) {
  return Object.fromEntries(quotas.map((quota) => [quotaLabel(quota), read(quota)]));
}

function samples(queue: string, states: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(states).map(([state, value]) => ({ value, labels: { queue, state } }));
}
