import { OF_POLICY, ofEvents, ofPolicies, type Metric, type Sample } from './metric.js';

const STATES = ['closed', 'half-open', 'open', 'isolated'] as const;

/** Every metric but the durations of calls. They are read when they are asked for, and cost calls nothing. */
export const METRICS: readonly Metric[] = [
  {
    name: 'call.active',
    kind: 'gauge',
    unit: '{call}',
    description: 'Calls under way.',
    labels: ['provider', 'operation'],
    read: ({ measures }) =>
      measures.flatMap(({ provider, operations }) =>
        operations.map(({ operation, active }): Sample => ({ value: active, labels: { provider, operation } })),
      ),
  },
  {
    name: 'call.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts of calls, by their outcome.',
    labels: ['provider', 'operation', 'outcome'],
    read: ({ measures }) =>
      measures.flatMap(({ provider, operations }) =>
        operations.flatMap(({ operation, outcomes }) =>
          [...outcomes]
            .filter(([, { attempts }]) => attempts > 0)
            .map(([outcome, { attempts }]): Sample => ({ value: attempts, labels: { provider, operation, outcome } })),
        ),
      ),
  },
  {
    name: 'refusals',
    kind: 'counter',
    unit: '{call}',
    description: 'Attempts that a policy has turned away.',
    labels: ['provider', 'operation', 'policy'],
    read: (source) =>
      (['circuitBreaker', 'adaptiveThrottle', 'rateLimit', 'bulkhead'] as const).flatMap((kind) =>
        ofPolicies(kind, ({ refused }) => ({ [kind]: refused }), 'policy')(source),
      ),
  },
  {
    name: 'circuit_breaker.state',
    kind: 'gauge',
    unit: '1',
    description: '1 for the state in which a circuit is, 0 for the others.',
    labels: [...OF_POLICY, 'state'],
    read: ofPolicies(
      'circuitBreaker',
      ({ state }) => Object.fromEntries(STATES.map((each) => [each, each === state ? 1 : 0])),
      'state',
    ),
  },
  {
    name: 'circuit_breaker.transitions',
    kind: 'counter',
    unit: '{transition}',
    description: 'How often circuits have gone into a state, and why.',
    labels: ['provider', 'to', 'reason'],
    read: ofEvents('circuit_breaker.transitions'),
  },
  {
    name: 'retry.attempts',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts after the first.',
    labels: OF_POLICY,
    read: ofPolicies('retry', ({ retries }) => ({ retries })),
  },
  {
    name: 'retry.operations',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls that went well after a retry, failed after the last, or were not retried for want of budget.',
    labels: [...OF_POLICY, 'result'],
    read: ofPolicies(
      'retry',
      ({ recovered, exhausted, overBudget }) => ({ recovered, exhausted, over_budget: overBudget }),
      'result',
    ),
  },
  {
    name: 'retry.budget',
    kind: 'gauge',
    unit: '{attempt}',
    description: 'Retries that could be made now.',
    labels: OF_POLICY,
    read: ofPolicies('retry', ({ budget }) => ({ budget })),
  },
  {
    name: 'hedges',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts that were sent beside others, those that won, and those for which there was no budget.',
    labels: [...OF_POLICY, 'result'],
    read: ofPolicies(
      'hedge',
      ({ hedges, wins, overBudget }) => ({ sent: hedges, won: wins, over_budget: overBudget }),
      'result',
    ),
  },
  {
    name: 'timeouts',
    kind: 'counter',
    unit: '{call}',
    description: 'Calls and attempts that were aborted because they took too long.',
    labels: ['provider', 'scope'],
    read: ofEvents('timeouts'),
  },
  {
    name: 'fallbacks',
    kind: 'counter',
    unit: '{call}',
    description: 'How often a fallback was asked, and how often it failed itself.',
    labels: [...OF_POLICY, 'result'],
    read: ofPolicies('fallback', ({ used, failed }) => ({ used, failed }), 'result'),
  },
  {
    name: 'http_cache.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Requests of HTTP clients that have a cache, by how they were answered.',
    labels: ['provider', 'result'],
    read: ({ providers }) =>
      providers.flatMap(({ name, httpCache }) =>
        httpCache === undefined
          ? []
          : (['hits', 'misses', 'revalidated', 'stale', 'coalesced', 'shared', 'bypassed'] as const).map(
              (result): Sample => ({ value: httpCache[result], labels: { provider: name, result } }),
            ),
      ),
  },
  {
    name: 'http_cache.entries',
    kind: 'gauge',
    unit: '{entry}',
    description: 'Answers that the HTTP clients of a provider have kept.',
    labels: ['provider'],
    read: ({ providers }) =>
      providers.flatMap(({ name, httpCache }) =>
        httpCache === undefined ? [] : [{ value: httpCache.entries, labels: { provider: name } }],
      ),
  },
  {
    name: 'webhooks',
    kind: 'counter',
    unit: '{webhook}',
    description: 'Webhooks that came in, what became of them, and why.',
    labels: ['provider', 'result', 'reason'],
    read: ofEvents('webhooks'),
  },
  {
    name: 'store.failures',
    kind: 'counter',
    unit: '{operation}',
    description: 'Operations that the store did not do.',
    labels: ['provider'],
    read: ofEvents('store.failures'),
  },
];
