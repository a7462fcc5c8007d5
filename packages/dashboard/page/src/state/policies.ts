import type { PolicySnapshot } from '@breakwater/core';
import type { ProviderView } from '../../../src/wire/frame.js';
import { sum, summed } from './sum.js';

export type Snapshot<K extends PolicySnapshot['kind']> = Extract<PolicySnapshot, { kind: K }>;
export type Quota = Snapshot<'rateLimit'>['quotas'][number];
type WithPolicies = Pick<ProviderView, 'policies'>;

const WORST_FIRST = ['isolated', 'open', 'half-open', 'closed'];

/** A provider's policies of a kind: the one that its methods share, and then those that methods have to themselves. */
export function policiesOf<K extends PolicySnapshot['kind']>(
  { policies }: WithPolicies,
  kind: K,
): readonly Snapshot<K>[] {
  const ofKind = policies.filter((policy): policy is Snapshot<K> => policy.kind === kind);
  return [
    ...ofKind.filter(({ operation }) => operation === undefined),
    ...ofKind.filter(({ operation }) => operation !== undefined),
  ];
}

/** The counts of a kind of which each method has one to itself, over all methods. `of` names what methods share. */
export function overMethods<K extends PolicySnapshot['kind']>(
  provider: WithPolicies,
  kind: K,
  ...of: (keyof Snapshot<K>)[]
): Snapshot<K> | undefined {
  const [first, ...others] = policiesOf(provider, kind);
  return first && summed([first, ...others], ...of);
}

/** The rank of a circuit among others: the worse, the lower. One that only watches refuses nothing, and comes last. */
export function circuitRank({ mode, state }: Snapshot<'circuitBreaker'>): number {
  return mode === 'metricsOnly' ? WORST_FIRST.length : WORST_FIRST.indexOf(state);
}

/** The circuit of a provider that is worst off. */
export function worstCircuit(provider: WithPolicies): Snapshot<'circuitBreaker'> | undefined {
  return [...policiesOf(provider, 'circuitBreaker')].sort((a, b) => circuitRank(a) - circuitRank(b))[0];
}

/** The bulkhead whose calls wait for longest, or the one that is nearest to it. */
export function fullestBulkhead(provider: WithPolicies): Snapshot<'bulkhead'> | undefined {
  const share = ({ active, queued, limit }: Snapshot<'bulkhead'>) => (active + queued) / Math.max(1, limit);
  return [...policiesOf(provider, 'bulkhead')].sort((a, b) => share(b) - share(a))[0];
}

export function sizeOf({ limit, bucket }: Quota): number {
  return limit ?? bucket ?? 0;
}

/** How much of a quota is taken, from 0 to 1. */
export function takenOf(quota: Quota): number {
  const size = sizeOf(quota);
  return size === 0 ? 0 : quota.used / size;
}

/** The quota of which the least is left. */
export function shortestQuota(provider: WithPolicies): Quota | undefined {
  const quotas = policiesOf(provider, 'rateLimit').flatMap((limit) => limit.quotas);
  return [...quotas].sort((a, b) => takenOf(b) - takenOf(a))[0];
}

/** Calls that wait for a rate limit or a slot; `undefined` where there is nothing to wait for. */
export function waitingCalls(provider: WithPolicies): number | undefined {
  const lines = [...policiesOf(provider, 'rateLimit'), ...policiesOf(provider, 'bulkhead')];
  return lines.length === 0 ? undefined : sum(lines, ({ queued }) => queued);
}
