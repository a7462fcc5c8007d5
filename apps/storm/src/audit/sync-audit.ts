import type { CrmRecords } from '../services/crm-control.js';

export interface SyncAudit {
  readonly jobs: number;
  /** Orders that the CRM has once, twice or more often, and not at all. */
  readonly once: number;
  readonly repeatedly: number;
  readonly never: number;
  /** Refused for coming too fast: all, and those after the first second. */
  readonly refused: number;
  readonly lateRefusals: number;
  /** The share used of what the quota allowed while the checkout ran. */
  readonly quotaUsedPercent: number;
  /** By how much the tenants differ while each of them waits, in percent of the mean. */
  readonly unevenPercent: number;
}

export interface SyncPlan {
  /** The ids of each tenant's orders. */
  readonly orders: ReadonlyMap<string, readonly string[]>;
  readonly perSecond: number;
  /** For how long no checkout ran, in milliseconds. */
  readonly downMs: number;
}

/** Reads from the CRM's own records what became of a sync. */
export function auditSync({ orders, calls, timeline }: CrmRecords, plan: SyncPlan): SyncAudit {
  const seen = new Map<string, number>();
  for (const { tenant, id } of orders) seen.set(`${tenant} ${id}`, (seen.get(`${tenant} ${id}`) ?? 0) + 1);
  const planned = [...plan.orders].flatMap(([tenant, ids]) => ids.map((id) => seen.get(`${tenant} ${id}`) ?? 0));
  const times = orders.map(({ at }) => Date.parse(at));
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const late = timeline.filter(({ second }) => second > Math.floor(from / 1000));
  return {
    jobs: planned.length,
    once: planned.filter((count) => count === 1).length,
    repeatedly: planned.filter((count) => count > 1).length,
    never: planned.filter((count) => count === 0).length,
    refused: calls.refused429,
    lateRefusals: late.reduce((sum, { refused429 }) => sum + refused429, 0),
    quotaUsedPercent: (100 * 1000 * calls.accepted) / (plan.perSecond * Math.max(1, to - from - plan.downMs)),
    unevenPercent: unevenPercent(orders, plan),
  };
}

/** Counted until the first tenant has no more. */
function unevenPercent(orders: CrmRecords['orders'], plan: SyncPlan): number {
  const counts = new Map([...plan.orders.keys()].map((tenant) => [tenant, 0]));
  for (const { tenant } of orders) {
    counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
    if (counts.get(tenant) === plan.orders.get(tenant)?.length) break;
  }
  const all = [...counts.values()];
  const mean = all.reduce((sum, count) => sum + count, 0) / all.length;
  return (100 * (Math.max(...all) - Math.min(...all))) / mean;
}
