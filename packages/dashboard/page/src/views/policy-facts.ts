import type { Provider } from '../state/merge.js';
import { overMethods, policiesOf, sizeOf, takenOf, type Quota, type Snapshot } from '../state/policies.js';
import { clock, duration, number, percent } from '../ui/format.js';

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
    failures(provider),
    ...policiesOf(provider, 'circuitBreaker').map(circuit),
    // Its methods share one budget.
    retries(overMethods(provider, 'retry', 'budget')),
    hedges(overMethods(provider, 'hedge'), provider),
    ...policiesOf(provider, 'rateLimit').map(limit),
    ...policiesOf(provider, 'bulkhead').map(bulkhead),
    ...policiesOf(provider, 'adaptiveThrottle').map(throttle),
    cache(overMethods(provider, 'cache')),
    httpCache(provider),
    idempotency(overMethods(provider, 'idempotency')),
    fallback(overMethods(provider, 'fallback')),
    webhooks(provider),
  ];
  return groups.filter((group) => group !== undefined);
}

/** The title of a group, with the method that has the policy to itself. */
function titled(title: string, { operation }: { readonly operation?: string }): string {
  return operation === undefined ? title : `${title} of ${operation}`;
}

function fact(name: string, value: number | string): Fact {
  return { name, value: typeof value === 'number' ? number(value) : value };
}

function failures({ failures: seen }: Provider): FactGroup | undefined {
  if (seen === undefined) return undefined;
  const facts = seen.causes.map(([cause, count]) => fact(cause, count));
  return { title: 'Failed calls, lately', facts: [...facts, fact('the latest at', clock(seen.at))] };
}

function circuit(snapshot: Snapshot<'circuitBreaker'>): FactGroup {
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
  return { title: titled('Circuit', snapshot), facts };
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

function hedges(snapshot: Snapshot<'hedge'> | undefined, provider: Provider): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { hedges: sent, wins, overBudget } = snapshot;
  const delays = policiesOf(provider, 'hedge').flatMap(({ delayMs }) => delayMs ?? []);
  const [least, most] = [Math.min(...delays), Math.max(...delays)].map(duration);
  return {
    title: 'Hedges',
    facts: [
      fact('sent', sent),
      fact('won', wins),
      fact('over budget', overBudget),
      fact('sent after', least === most ? least! : `${least} to ${most}`),
    ],
  };
}

function limit(snapshot: Snapshot<'rateLimit'>): FactGroup {
  const { quotas, waitMs, queued, waited, refused, throttled, shared } = snapshot;
  return {
    title: titled('Rate limit', snapshot),
    facts: [
      ...quotas.map(left),
      fact('next goes out', waitMs === 0 ? 'at once' : `in ${duration(waitMs)}`),
      fact('waiting', queued),
      fact('waited', waited),
      fact('refused', refused),
      fact('answered 429', throttled),
      ...(shared === undefined ? [] : [fact('shared by', shared.apart ? 'no host: the store is away' : hosts(shared))]),
    ],
  };
}

function left(quota: Quota): Fact {
  const { refill, perMs, unit = 'calls', used } = quota;
  const size = sizeOf(quota);
  const rate = refill === undefined ? `per ${duration(perMs)}` : `${refill} back per ${duration(perMs)}`;
  return {
    name: `${unit} left, ${rate}`,
    value: `${number(Math.max(0, size - used))} of ${number(size)}`,
    taken: takenOf(quota),
  };
}

function hosts({ hosts: count }: { readonly hosts: number }): string {
  return count === 1 ? 'this host alone' : `${count} hosts`;
}

function bulkhead(snapshot: Snapshot<'bulkhead'>): FactGroup {
  const { active, limit: slots, abandoned, queued, refused, adaptive } = snapshot;
  const facts: Fact[] = [
    {
      name: adaptive === undefined ? 'slots taken' : 'slots taken, adaptive',
      value: `${active} of ${slots}`,
      taken: slots === 0 ? 0 : active / slots,
    },
    fact('waiting', queued),
    fact('refused', refused),
    ...(abandoned === 0 ? [] : [fact('left running', abandoned)]),
  ];
  return { title: titled('Bulkhead', snapshot), facts };
}

function throttle(snapshot: Snapshot<'adaptiveThrottle'>): FactGroup {
  const { requests, accepts, rejectionProbability, refused } = snapshot;
  return {
    title: titled('Adaptive throttle', snapshot),
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
  return {
    title: 'Cache',
    facts: [
      hitRate(hits + stale + coalesced, misses),
      fact('hits', hits),
      fact('misses', misses),
      fact('stale', stale),
      fact('joined a load', coalesced),
      fact('refreshed', refreshesFailed === 0 ? number(refreshes) : `${refreshes}, ${refreshesFailed} failed`),
      fact('entries', entries),
    ],
  };
}

function httpCache({ httpCache: snapshot }: Provider): FactGroup | undefined {
  if (snapshot === undefined) return undefined;
  const { hits, misses, revalidated, stale, coalesced, entries } = snapshot;
  return {
    title: 'HTTP cache',
    facts: [
      hitRate(hits + stale + coalesced, misses),
      fact('hits', hits),
      fact('misses', misses),
      fact('still good (304)', revalidated),
      fact('stale', stale),
      fact('joined another', coalesced),
      fact('entries', entries),
    ],
  };
}

function hitRate(answered: number, misses: number): Fact {
  const asked = answered + misses;
  if (asked === 0) return fact('hit rate', '–');
  return { name: 'hit rate', value: percent(answered / asked), taken: answered / asked };
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
