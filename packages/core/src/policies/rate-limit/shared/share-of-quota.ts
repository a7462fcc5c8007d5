import { isBucket, type Quota } from '../quota.js';

/**
 * One host's part of a quota, where it cannot ask what the others use: a token less often where it is less than one.
 */
export function shareOfQuota(quota: Quota, hosts: number): Quota {
  if (isBucket(quota)) {
    const bucket = quota.bucket / hosts;
    const [size, stretch] = bucket >= 1 ? [Math.floor(bucket), hosts] : [1, hosts];
    return { ...quota, bucket: size, per: quota.per * stretch };
  }
  const limit = quota.limit / hosts;
  if (limit < 1) return { ...quota, limit: 1, burst: undefined, per: quota.per / limit };
  const burst = quota.burst === undefined ? undefined : Math.max(1, Math.floor(quota.burst / hosts));
  return { ...quota, limit: Math.floor(limit), burst };
}
