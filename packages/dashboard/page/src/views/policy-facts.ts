import { policyOf, type Provider, type Snapshot } from '../state/merge.js';
import { duration, number, percent } from '../ui/format.js';

/** A fact: its name, its value, and for a share how much of it is taken, from 0 to 1. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly taken?: number;
}

export interface FactGroup {
  readonly title: string;
  readonly facts: readonly Fact[];
}

/** The state and the counts of a provider's policies, in groups. */
export function factsOf(provider: Provider): readonly FactGroup[] {
  const groups = [
    circuit(policyOf(provider, 'circuitBreaker')),
    retries(policyOf(provider, 'retry')),
    hedges(policyOf(provider, 'hedge')),
    ...limits(provider),
    bulkhead(policyOf(provider, 'bulkhead')),
    throttle(policyOf(provider, 'adaptiveThrottle')),
    cache(policyOf(provider, 'cache')),
    idempotency(policyOf(provider, 'idempotency')),
    fallback(policyOf(provider, 'fallback')),
    webhooks(provider),
  ];
  return groups.filter((group) => group !== undefined);
}

function fact(name: string, value: number | string): Fact {
  return { name, value: typeof value === 'number' ? number(value) : value };
}

function circuit(snapshot: Snapshot<'circuitBreaker'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { state, mode, openForMs, trial, ramp, window, refused, opened, openKeys, keys } = snapshot;
  const counted = window.time ?? window.count;
  const facts: Fact[] = [fact('state', mode === 'metricsOnly' ? `${state}, only watching` : state)];
  if (openForMs !== undefined) facts.push(fact('tries again in', duration(openForMs)));
  if (trial !== undefined)
    facts.push(fact('trial', `${trial.succeeded} well, ${trial.failed} failed, ${trial.inFlight} under way`));
  if (ramp !== undefined) facts.push({ name: 'let through', value: percent(ramp.share), taken: ramp.share });
  if (counted !== undefined) {
    const share = counted.calls === 0 ? 0 : counted.failed / counted.calls;
    facts.push({ name: 'failed in its window', value: `${counted.failed} of ${counted.calls}`, taken: share });
    if (counted.slow > 0) facts.push(fact('slow in its window', counted.slow));
  }
  facts.push(fact('refused', refused), fact('opened so far', opened));
  if (keys > 0) facts.push(fact('keys', openKeys === undefined ? String(keys) : `${keys}, ${openKeys} open`));
  return { title: 'Circuit', facts };
}

function retries(snapshot: Snapshot<'retry'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { retries: made, recovered, exhausted, overBudget, budget } = snapshot;
  const facts = [
    fact('made', made),
    fact('recovered', recovered),
    fact('exhausted', exhausted),
    fact('over budget', overBudget),
  ];
  return { title: 'Retries', facts: budget === undefined ? facts : [...facts, fact('budget left', budget)] };
}

function hedges(snapshot: Snapshot<'hedge'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { hedges: sent, wins, overBudget, delayMs } = snapshot;
  return {
    title: 'Hedges',
    facts: [
      fact('sent', sent),
      fact('won', wins),
      fact('over budget', overBudget),
      fact('sent after', duration(delayMs)),
    ],
  };
}

function limits({ policies }: Provider): readonly FactGroup[] {
  return policies
    .filter((policy): policy is Snapshot<'rateLimit'> => policy.kind === 'rateLimit')
    .map(({ operation, quotas, waitMs, queued, queuedInBackground, waited, refused, throttled }) => ({
      title: operation === undefined ? 'Rate limit' : `Rate limit of ${operation}`,
      facts: [
        ...quotas.map(({ limit, bucket, refill, perMs, unit = 'calls', used }): Fact => {
          const size = limit ?? bucket ?? 0;
          const rate = refill === undefined ? `per ${duration(perMs)}` : `${refill} back per ${duration(perMs)}`;
          return {
            name: `${unit} left, ${rate}`,
            value: `${number(Math.max(0, size - used))} of ${number(size)}`,
            taken: size === 0 ? 0 : used / size,
          };
        }),
        fact('next goes out', waitMs === 0 ? 'at once' : `in ${duration(waitMs)}`),
        fact('waiting', queued + queuedInBackground),
        fact('waited', waited),
        fact('refused', refused),
        fact('answered 429', throttled),
      ],
    }));
}

function bulkhead(snapshot: Snapshot<'bulkhead'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { active, limit, abandoned, queued, refused, adaptive } = snapshot;
  const facts: Fact[] = [
    {
      name: adaptive === undefined ? 'slots taken' : 'slots taken, adaptive',
      value: `${active} of ${limit}`,
      taken: limit === 0 ? 0 : active / limit,
    },
    fact('waiting', queued),
    fact('refused', refused),
  ];
  return { title: 'Bulkhead', facts: abandoned === 0 ? facts : [...facts, fact('left running', abandoned)] };
}

function throttle(snapshot: Snapshot<'adaptiveThrottle'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { requests, accepts, rejectionProbability, refused } = snapshot;
  return {
    title: 'Adaptive throttle',
    facts: [
      { name: 'turned away', value: percent(rejectionProbability), taken: rejectionProbability },
      fact('accepted', `${accepts} of ${requests}`),
      fact('refused', refused),
    ],
  };
}

function cache(snapshot: Snapshot<'cache'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { hits, misses, stale, coalesced, entries, refreshes, refreshesFailed } = snapshot;
  const asked = hits + misses + stale + coalesced;
  const rate: Fact =
    asked === 0
      ? fact('hit rate', '–')
      : { name: 'hit rate', value: percent((asked - misses) / asked), taken: (asked - misses) / asked };
  return {
    title: 'Cache',
    facts: [
      rate,
      fact('hits', hits),
      fact('misses', misses),
      fact('stale', stale),
      fact('joined a load', coalesced),
      fact('refreshed', refreshesFailed === 0 ? number(refreshes) : `${refreshes}, ${refreshesFailed} failed`),
      fact('entries', entries),
    ],
  };
}

function idempotency(snapshot: Snapshot<'idempotency'> | undefined): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { executed, replayed, shared, reclaimed, conflicts, mismatches, inFlight } = snapshot;
  return {
    title: 'Idempotency',
    facts: [
      fact('executed', executed),
      fact('replayed', replayed),
      fact('shared', shared),
      fact('reclaimed', reclaimed),
      fact('conflicts', conflicts),
      fact('mismatches', mismatches),
      fact('in flight', inFlight),
    ],
  };
}

function fallback(snapshot: Snapshot<'fallback'> | undefined): FactGroup | undefined {
  return snapshot && { title: 'Fallback', facts: [fact('used', snapshot.used), fact('failed', snapshot.failed)] };
}

function webhooks({ webhooks: { accepted, repeated, rejected } }: Provider): FactGroup | undefined {
  if (accepted + repeated + rejected === 0) return undefined;
  return {
    title: 'Webhooks',
    facts: [fact('accepted', accepted), fact('repeated', repeated), fact('rejected', rejected)],
  };
}
