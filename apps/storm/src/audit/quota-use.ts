import type { Ledger } from '../services/payments-control.js';

export interface QuotaUse {
  /** Refused for coming too fast, after the first second. */
  readonly lateRefusals: number;
  /** The share used of what the quota allowed from the first charge on, in the seconds that the load filled. */
  readonly usedPercent: number;
}

export interface FilledQuota {
  readonly perSecond: number;
  /** For how long there was more to do than the quota allows. */
  readonly seconds: number;
}

/** Reads from the ledger how well a quota was kept and used. */
export function quotaUse({ charges, timeline }: Pick<Ledger, 'charges' | 'timeline'>, quota: FilledQuota): QuotaUse {
  const times = charges.map(({ at }) => Date.parse(at));
  const firstAt = Math.min(...times);
  const inTime = times.filter((at) => at < firstAt + quota.seconds * 1_000).length;
  const late = timeline.filter(({ second }) => second > Math.floor(firstAt / 1_000));
  return {
    lateRefusals: late.reduce((sum, { refused429 }) => sum + refused429, 0),
    usedPercent: (100 * inTime) / (quota.perSecond * quota.seconds),
  };
}

/**
 * The share used of what the settings of a checkout that knows the quota allow it for certain: the quota once in each
 * second and the margin after it, in which calls may arrive late.
 */
export function settingsUsePercent({ usedPercent }: Pick<QuotaUse, 'usedPercent'>): number {
  return (usedPercent * (SECOND + MARGIN_MS)) / SECOND;
}

const SECOND = 1_000;
/** The default of `rateLimit.margin` for a quota by the second. */
const MARGIN_MS = 50;
