import type { PolicySnapshot } from '@breakwater/core';
import type { CallCounts, MinuteView, ProviderView, SecondView, SliceView } from '../../../src/wire/frame.js';
import type { Model } from './model.js';
import { circuitRank, type Quota, type Snapshot } from './policies.js';
import { sum, summed } from './sum.js';

/** A provider over all hosts. */
export interface Provider extends ProviderView {
  /** The provider as each host sees it. */
  readonly byHost: ReadonlyMap<string, ProviderView>;
}

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
    ...httpCache(views),
    ...failures(views),
    history: views.flatMap(({ history }) => history).sort((a, b) => a.at - b.at),
    webhooks: {
      accepted: sum(views, ({ webhooks }) => webhooks.accepted),
      repeated: sum(views, ({ webhooks }) => webhooks.repeated),
      rejected: sum(views, ({ webhooks }) => webhooks.rejected),
    },
    byHost,
  };
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

function httpCache(views: readonly ProviderView[]): Pick<ProviderView, 'httpCache'> {
  const [first, ...others] = views.flatMap((view) => view.httpCache ?? []);
  return first === undefined ? {} : { httpCache: summed([first, ...others]) };
}

function failures(views: readonly ProviderView[]): Pick<ProviderView, 'failures'> {
  const all = views.flatMap((view) => view.failures ?? []);
  if (all.length === 0) return {};
  const counted = new Map<string, number>();
  for (const [cause, count] of all.flatMap(({ causes }) => causes)) {
    counted.set(cause, (counted.get(cause) ?? 0) + count);
  }
  const causes = [...counted].sort(([, a], [, b]) => b - a);
  return { failures: { at: Math.max(...all.map(({ at }) => at)), causes } };
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
  const rank = (policy: PolicySnapshot) => (policy.kind === 'circuitBreaker' ? circuitRank(policy) : 0);
  const used = (policy: PolicySnapshot) => (policy.kind === 'rateLimit' ? -(policy.quotas[0]?.used ?? 0) : 0);
  const [worst, ...others] = [...all].sort((a, b) => rank(a) - rank(b) || used(a) - used(b));
  const merged = summed([worst!, ...others]);
  return merged.kind === 'rateLimit' ? { ...merged, quotas: quotasOf(merged, all) } : merged;
}

/** Hosts that share a limit each know their own use of it. Others have one each: that of the worst is shown. */
function quotasOf(worst: Snapshot<'rateLimit'>, all: readonly PolicySnapshot[]): readonly Quota[] {
  if (worst.shared === undefined) return worst.quotas;
  const limits = all.filter((policy): policy is Snapshot<'rateLimit'> => policy.kind === 'rateLimit');
  return worst.quotas.map((quota, i) => ({ ...quota, used: sum(limits, ({ quotas }) => quotas[i]?.used ?? 0) }));
}
