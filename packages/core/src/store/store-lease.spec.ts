import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryStore } from './memory-store.js';
import type { PutResult } from './store.js';
import { StoreLease } from './store-lease.js';
import { deferred } from '../testing/deferred.js';
import { turn, watch } from '../testing/calls.fixture.js';
import { TestClock } from '../testing/test-clock.js';

const KEPT = { ttlMs: 600_000 };

/** A store that does what it is asked, and whose answer may be lost on the way. */
class LossyStore extends MemoryStore {
  losing = false;

  override async put(...asked: Parameters<MemoryStore['put']>): Promise<PutResult> {
    const result = await super.put(...asked);
    if (this.losing) throw new Error('the connection was reset');
    return result;
  }
}

describe('a lease in a store', () => {
  let clock: TestClock;
  let store: LossyStore;
  let told: string[];

  beforeEach(() => {
    clock = new TestClock();
    store = new LossyStore({ clock });
    told = [];
  });

  async function lease(value = 'mine'): Promise<StoreLease> {
    const { written } = (await store.put('key', value, { ...KEPT, if: 'always' })) as { written: { version: string } };
    const onLost = () => told.push('lost');
    const onMissed = () => told.push('missed');
    return new StoreLease({
      store,
      clock,
      key: 'key',
      value,
      version: written.version,
      leaseMs: 30_000,
      ttlMs: 600_000,
      onLost,
      onMissed,
    });
  }

  /** Has renewals written without their answers coming back. */
  async function loseRenewals(count: number): Promise<void> {
    store.losing = true;
    for (let lost = 0; lost < count; lost++) await clock.advance('10s');
    store.losing = false;
  }

  const value = async () => (await store.get('key'))?.value;

  it.each([1, 2])('is not lost when the answers to %d renewals are: what stands there is its own', async (lost) => {
    const held = await lease();
    await loseRenewals(lost);
    await clock.advance('10s');
    expect(told).toEqual(Array.from({ length: lost }, () => 'missed'));
    expect(await store.get('key')).toMatchObject({ value: 'mine', ageMs: 0 });
    expect(await held.replace('done', 600_000)).toBe(true);
  });

  it('is replaced right after the answer to a renewal was lost', async () => {
    const held = await lease();
    await loseRenewals(1);
    expect(await held.replace('done', 600_000)).toBe(true);
    expect(await value()).toBe('done');
  });

  it('is freed right after the answer to a renewal was lost', async () => {
    const held = await lease();
    await loseRenewals(1);
    expect(await held.free()).toBe(true);
    expect(await value()).toBeUndefined();
  });

  it('is lost once when another holder has the key, and changes nothing then', async () => {
    const held = await lease();
    await store.put('key', 'theirs', { ...KEPT, if: 'always' });
    await clock.advance('1m');
    expect(told).toEqual(['lost']);
    expect(await held.replace('done', 600_000)).toBe(false);
    expect(await held.free()).toBe(false);
    expect(await value()).toBe('theirs');
  });

  it('is lost when its record is gone', async () => {
    const held = await lease();
    await store.delete('key');
    expect(await held.free()).toBe(false);
    await lease();
    await store.delete('key');
    await clock.advance('10s');
    expect(told).toEqual(['lost']);
  });

  it('is renewed and ended although a renewal is never answered', async () => {
    const held = await lease();
    const { put } = store;
    store.put = () => deferred<PutResult>().promise;
    await clock.advance('10s');
    store.put = put;
    await clock.advance('10s');
    expect(await store.get('key')).toMatchObject({ ageMs: 0 });
    expect(await held.replace('done', 600_000)).toBe(true);
  });

  it.each(['replaced', 'freed'])('that is %s while a renewal is under way says nothing of it', async (how) => {
    const held = await lease();
    const late = deferred<PutResult>();
    const { put } = store;
    store.put = async (...asked) => (await put.apply(store, asked), late.promise);
    await clock.advance('10s');
    store.put = put;
    const ended = watch(how === 'replaced' ? held.replace('done', 600_000) : held.free());
    await turn();
    expect(ended.value).toBe(true);
    late.resolve({ standing: undefined });
    await turn();
    expect(told).toEqual([]);
    expect(await value()).toBe(how === 'replaced' ? 'done' : undefined);
    // Leases of one length share a timer, which a clock that is closed drops where no lease is left.
    clock.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('that has ended does not tell that a renewal was missed', async () => {
    const held = await lease();
    const late = deferred<PutResult>();
    const { put } = store;
    store.put = () => late.promise;
    await clock.advance('10s');
    store.put = put;
    await held.free();
    late.reject(new Error('away'));
    await turn();
    expect(told).toEqual([]);
  });
});
