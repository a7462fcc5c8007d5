import type { PolicySnapshots } from '@breakwater/core';

export type QuotaSnapshot = PolicySnapshots['rateLimit']['quotas'][number];

/** The name of a quota among those of one limit: `100 calls per 1s`. */
export function quotaLabel({ limit, bucket, perMs, unit = 'calls' }: QuotaSnapshot): string {
  return `${limit ?? bucket ?? 0} ${unit} per ${perMs % 1000 === 0 ? `${perMs / 1000}s` : `${perMs}ms`}`;
}
