import type { PolicySnapshot } from '@breakwater/core';
import type { CallCounts, MinuteView, ProviderView, SecondView, SliceView } from '../../../src/wire/frame.js';
import type { Model } from './model.js';

/** A provider over all hosts. */
export interface Provider extends ProviderView {
  /** The provider as each host sees it. */
  readonly byHost: ReadonlyMap<string, ProviderView>;
}

export type Snapshot<K extends PolicySnapshot['kind']> = Extract<PolicySnapshot, { kind: K }>;

const WORST_FIRST = ['isolated', 'open', 'half-open', 'closed'];
/** Numbers that say how things stand on one host: they are not added up. */
const NOT_SUMMED = new Set([
  'openForMs',
  'consecutiveOpens',
  'consecutiveFailures',
  'waitMs',
  'delayMs',
  'k',
  'windowMs',
  'rejectionProbability',
]);

/** The providers of all hosts, each as one. */
export function mergedProviders(model: Model): readonly Provider[] {
  const names = new Set([...model.hosts.values()].flatMap(({ providers }) => [...providers.keys()]));
  return [...names].map((name) => mergedProvider(model, name)!);
}

export function mergedProvider(model: Model, name: string): Provider | undefined {
  const byHost = new Map<string, ProviderView>();
  for (const [host, { providers }] of model.hosts) {
    const view = providers.get(name);
    if (view !== undefined) byHost.set(host, view);
  }
  const [first, ...others] = byHost.values();
  if (first === undefined) return undefined;
  if (others.length === 0) return { ...first, byHost };
  const views = [first, ...others];
  return {
    name,
    enabled: views.some(({ enabled }) => enabled),
    active: sum(views, ({ active }) => active),
    total: counts(views.map(({ total }) => total)),
    minute: minute(views.map((view) => view.minute)),
    seconds: seconds(views.map((view) => view.seconds)),
    slices: slices(views.map((view) => view.slices)),
    policies: policies(views.map((view) => view.policies)),
    history: views.flatMap(({ history }) => history).sort((a, b) => a.at - b.at),
    webhooks: {
      accepted: sum(views, ({ webhooks }) => webhooks.accepted),
      repeated: sum(views, ({ webhooks }) => webhooks.repeated),
      rejected: sum(views, ({ webhooks }) => webhooks.rejected),
    },
    byHost,
  };
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

function counts(all: readonly CallCounts[]): CallCounts {
  return {
    ok: sum(all, ({ ok }) => ok),
    failed: sum(all, ({ failed }) => failed),
    refused: sum(all, ({ refused }) => refused),
    other: sum(all, ({ other }) => other),
  };
}

/** Percentiles of several hosts cannot be added: those of the slowest host are shown. */
function minute(all: readonly MinuteView[]): MinuteView {
  const slowest = [...all].sort((a, b) => (b.p95 ?? -1) - (a.p95 ?? -1))[0]!;
  return { ...slowest, ...counts(all), attempts: sum(all, ({ attempts }) => attempts) };
}

function seconds(all: readonly (readonly SecondView[])[]): readonly SecondView[] {
  const byAt = new Map<number, [number, number, number, number, number]>();
  for (const [at, ...numbers] of all.flat()) {
    const standing = byAt.get(at) ?? [at, 0, 0, 0, 0];
    numbers.forEach((number, i) => (standing[i + 1]! += number));
    byAt.set(at, standing);
  }
  return [...byAt.values()].sort(([a], [b]) => a - b);
}

function slices(all: readonly (readonly SliceView[])[]): readonly SliceView[] {
  const byAt = new Map<number, SliceView>();
  for (const slice of all.flat()) {
    const standing = byAt.get(slice[0]);
    if (standing === undefined || slice[2] > standing[2]) byAt.set(slice[0], slice);
  }
  return [...byAt.values()].sort(([a], [b]) => a - b);
}

function policies(all: readonly (readonly PolicySnapshot[])[]): readonly PolicySnapshot[] {
  const groups = new Map<string, PolicySnapshot[]>();
  for (const policy of all.flat()) {
    const key = `${policy.kind} ${policy.operation ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), policy]);
  }
  return [...groups.values()].map(mergedPolicy);
}

/** The worst of the hosts, with the counts of all. */
function mergedPolicy(all: readonly PolicySnapshot[]): PolicySnapshot {
  const rank = (policy: PolicySnapshot) => (policy.kind === 'circuitBreaker' ? WORST_FIRST.indexOf(policy.state) : 0);
  const used = (policy: PolicySnapshot) => (policy.kind === 'rateLimit' ? -(policy.quotas[0]?.used ?? 0) : 0);
  const [worst] = [...all].sort((a, b) => rank(a) - rank(b) || used(a) - used(b));
  const merged: Record<string, unknown> = { ...worst };
  for (const [field, value] of Object.entries(merged)) {
    if (typeof value !== 'number' || NOT_SUMMED.has(field)) continue;
    merged[field] = sum(all, (each) => Number((each as unknown as Record<string, unknown>)[field] ?? 0));
  }
  return merged as unknown as PolicySnapshot;
}

/** A provider's own policy of a kind, or the first of its methods'. */
export function policyOf<K extends PolicySnapshot['kind']>(
  { policies: all }: Pick<ProviderView, 'policies'>,
  kind: K,
): Snapshot<K> | undefined {
  const ofKind = all.filter((policy): policy is Snapshot<K> => policy.kind === kind);
  return ofKind.find(({ operation }) => operation === undefined) ?? ofKind[0];
}

/** The circuit of a provider that is worst off. */
export function worstCircuit({
  policies: all,
}: Pick<ProviderView, 'policies'>): Snapshot<'circuitBreaker'> | undefined {
  return all
    .filter((policy): policy is Snapshot<'circuitBreaker'> => policy.kind === 'circuitBreaker')
    .sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))[0];
}
