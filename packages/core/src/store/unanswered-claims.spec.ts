import { beforeEach, describe, expect, it } from '@jest/globals';
import { TestClock } from '../testing/test-clock.js';
import { MemoryStore } from './memory-store.js';
import { putClaim, UnansweredClaims } from './unanswered-claims.js';

const WHEN = { ttlMs: 60_000, if: 'absent', pending: true } as const;
const LEASE_MS = 30_000;

describe('UnansweredClaims', () => {
  let clock: TestClock;
  let store: MemoryStore;
  let claims: UnansweredClaims;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryStore({ clock });
    claims = UnansweredClaims.of(store);
  });

  const claim = (owner: string) => ({ key: 'key', value: `claimed by ${owner}`, owner, leaseMs: LEASE_MS });

  it('has those whose writing failed, for this store alone', async () => {
    const { put } = store;
    store.put = () => Promise.reject(new Error('away'));
    await expect(putClaim({ store, clock }, claim('a'), WHEN)).rejects.toThrow('away');
    store.put = put;
    expect(await putClaim({ store, clock }, claim('b'), WHEN)).toHaveProperty('written');
    expect(['a', 'b'].map((owner) => claims.has(owner))).toEqual([true, false]);
    expect(UnansweredClaims.of(new MemoryStore({ clock })).has('a')).toBe(false);
  });

  it('recognises what it has written', async () => {
    const { written } = (await putClaim({ store, clock }, claim('a'), WHEN)) as { written: { version: string } };
    expect(await putClaim({ store, clock }, claim('a'), WHEN)).toMatchObject({ written: { version: written.version } });
    expect(await putClaim({ store, clock }, claim('b'), WHEN)).toHaveProperty('standing');
  });

  it('forgets them after two leases, and the oldest of too many', async () => {
    claims.add({ owner: 'old', leaseMs: LEASE_MS }, clock);
    await clock.advance(2 * LEASE_MS);
    for (let i = 0; i < 10_001; i++) claims.add({ owner: `owner ${i}`, leaseMs: LEASE_MS }, clock);
    expect(claims.size).toBe(10_000);
    expect(['old', 'owner 0', 'owner 1'].map((owner) => claims.has(owner))).toEqual([false, false, true]);
  });
});
