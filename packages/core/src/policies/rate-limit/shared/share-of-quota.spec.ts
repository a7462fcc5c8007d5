import { describe, expect, it } from '@jest/globals';
import { shareOfQuota } from './share-of-quota.js';

const SHARED = { per: 1000, margin: 50, unit: undefined, countsRequests: false };
const WINDOW = { ...SHARED, limit: 10, burst: undefined };
const BUCKET = { ...SHARED, bucket: 10, refill: 20 };

describe('the share of a host that is apart', () => {
  it('is all of the quota where it knows of no other', () => {
    for (const quota of [WINDOW, { ...WINDOW, burst: 4 }, BUCKET]) expect(shareOfQuota(quota, 1)).toEqual(quota);
  });

  it.each([
    [3, 3, 1000],
    [10, 1, 1000],
    [11, 1, 1100],
    [40, 1, 4000],
  ])('is of a window of ten among %i hosts: %i in %i ms', (hosts, limit, per) => {
    expect(shareOfQuota(WINDOW, hosts)).toEqual({ ...WINDOW, limit, per });
  });

  it.each([
    [2, { limit: 5, burst: 2 }],
    [3, { limit: 3, burst: 1 }],
    [5, { limit: 2, burst: 1 }],
    [20, { limit: 1, burst: undefined, per: 2000 }],
  ])('is of a paced window of ten, with a burst of four, among %i hosts: %j', (hosts, share) => {
    expect(shareOfQuota({ ...WINDOW, burst: 4 }, hosts)).toEqual({ ...WINDOW, ...share });
  });

  it.each([
    [3, 3, 3000],
    [10, 1, 10_000],
    [40, 1, 40_000],
  ])('is of a bucket of ten among %i hosts: %i tokens, which come back in a longer time: 20 in %i ms', (...given) => {
    const [hosts, bucket, per] = given;
    expect(shareOfQuota(BUCKET, hosts)).toEqual({ ...BUCKET, bucket, per });
  });
});
