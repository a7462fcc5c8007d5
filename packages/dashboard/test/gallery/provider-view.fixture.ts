import type { PolicySnapshot } from '@breakwater/core';
import type { ProviderView, SecondView, TransitionView } from '../../src/wire/frame.js';

/** The moment at which every state is shown. */
export const AT = Date.UTC(2026, 10, 30, 14, 3, 20);

type Circuit = Extract<PolicySnapshot, { kind: 'circuitBreaker' }>;
type Limit = Extract<PolicySnapshot, { kind: 'rateLimit' }>;
type Slots = Extract<PolicySnapshot, { kind: 'bulkhead' }>;

export interface ShownProvider {
  readonly name: string;
  /** Calls a second, and the share of each of these that fails, is refused or is answered otherwise. */
  readonly rate?: number;
  readonly failing?: number;
  readonly refused?: number;
  readonly circuit?: Partial<Circuit> | false;
  readonly limit?: Partial<Limit>;
  readonly bulkhead?: Partial<Slots>;
  /** Policies that methods have to themselves. */
  readonly own?: readonly { readonly operation: string; readonly circuit: Partial<Circuit> }[];
  readonly history?: readonly Omit<TransitionView, 'at'>[];
  readonly more?: Partial<ProviderView>;
}

/** A provider as a host shows it, with five minutes behind it. */
export function providerView(shown: ShownProvider): ProviderView {
  const { name, rate = 12, failing = 0, refused = 0, history = [], more } = shown;
  const seconds = Array.from({ length: 300 }, (_, i) => secondOf(i, { rate, failing, refused }));
  const minute = seconds
    .slice(-60)
    .reduce((sum, second) => sum.map((count, i) => count + second[i + 1]!), [0, 0, 0, 0]);
  const [ok = 0, failed = 0, refusedCalls = 0, other = 0] = minute;
  const counts = { ok, failed, refused: refusedCalls, other };
  return {
    ...{ name, enabled: true, active: rate === 0 ? 0 : Math.ceil(rate / 6), total: times(counts, 41) },
    minute: { ...counts, attempts: ok + failed * 3 + other, ...(ok + failed > 0 && { p50: 42, p95: 180, p99: 412 }) },
    seconds: rate === 0 ? [] : seconds,
    slices: rate === 0 ? [] : Array.from({ length: 30 }, (_, i) => sliceOf(i)),
    policies: policiesOf(shown),
    history: history.map((each, i) => ({ ...each, at: AT - (history.length - i) * 48_000 })),
    webhooks: { accepted: 0, repeated: 0, rejected: 0 },
    ...more,
  };
}

function secondOf(i: number, { rate, failing, refused }: Record<'rate' | 'failing' | 'refused', number>): SecondView {
  const calls = Math.max(0, Math.round(rate * (1 + 0.4 * Math.sin(i / 7) + 0.2 * Math.sin(i / 2.3))));
  const late = i > 180 ? 1 : 0;
  const failed = Math.round(calls * failing * late);
  const away = Math.round(calls * refused * late);
  const other = i % 9 === 0 && calls > 2 ? 1 : 0;
  return [AT / 1000 - 299 + i, Math.max(0, calls - failed - away - other), failed, away, other];
}

function sliceOf(i: number): readonly [number, number, number, number] {
  const p50 = 40 + 8 * Math.sin(i / 3);
  return [AT / 1000 - 300 + i * 10, p50, p50 * 4, p50 * 9 + (i > 18 ? 120 : 0)];
}

const CLOSED = {
  ...{ kind: 'circuitBreaker', state: 'closed', mode: 'enforce', consecutiveOpens: 0, consecutiveFailures: 0 },
  ...{ succeeded: 51_002, failed: 104, ignored: 12, refused: 0, wouldRefuse: 0, opened: 0, keys: 0, evicted: 0 },
  window: { time: { calls: 120, failed: 2, slow: 0 } },
};

function policiesOf({ circuit, limit, bulkhead, own = [] }: ShownProvider): readonly PolicySnapshot[] {
  const policies: PolicySnapshot[] = [
    {
      ...{ kind: 'retry', retries: 318, recovered: 240, exhausted: 12, overBudget: 3, budget: 41 },
    } as PolicySnapshot,
  ];
  if (circuit !== false) {
    policies.push({ ...CLOSED, ...circuit } as Circuit);
  }
  for (const each of own) policies.push({ ...CLOSED, operation: each.operation, ...each.circuit } as Circuit);
  if (limit !== undefined) {
    policies.push({
      ...{ kind: 'rateLimit', queued: 0, queuedInBackground: 0, waitMs: 0, admitted: 9120, waited: 40, refused: 0 },
      ...{ throttled: 0, givenBack: 0, keys: 0, evicted: 0, quotas: [{ limit: 100, perMs: 1000, used: 31 }] },
      ...limit,
    } as Limit);
  }
  if (bulkhead !== undefined) {
    policies.push({
      ...{ kind: 'bulkhead', concurrency: 20, limit: 20, active: 3, abandoned: 0, queued: 0, admitted: 9120 },
      ...{ refused: 0, keys: 0, evicted: 0 },
      ...bulkhead,
    } as Slots);
  }
  return policies;
}

function times<T extends Record<string, number>>(counts: T, factor: number): T {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count * factor])) as T;
}
