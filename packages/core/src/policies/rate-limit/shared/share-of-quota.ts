import { isBucket, type Quota } from '../quota.js';

/**
 * One host's part of a quota, where it cannot ask what the others use: a token less often where it is less than one.
 */
export function shareOfQuota(quota: Quota, hosts: number): Quota {
  if (isBucket(quota)) return { ...quota, bucket: shareOf(quota.bucket, hosts), per: quota.per * hosts };
  const limit = quota.limit / hosts;
  if (limit < 1) return { ...quota, limit: 1, burst: undefined, per: quota.per / limit };
  const burst = quota.burst === undefined ? undefined : shareOf(quota.burst, hosts);
  return { ...quota, limit: Math.floor(limit), burst };
}

function shareOf(atOnce: number, hosts: number): number {
  return Math.max(1, Math.floor(atOnce / hosts));
}
