import { MemoryStore, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { WebhookInbox, type Admission } from './webhook-inbox.js';
import type { WebhookClaim } from './webhook-claim.js';

describe('WebhookInbox', () => {
  let clock: TestClock;
  let store: Store;
  let inbox: WebhookInbox;

  beforeEach(() => {
    clock = new TestClock();
    store = new MemoryStore({ clock });
    inbox = new WebhookInbox(store, clock, { leaseMs: 30_000, keepMs: 600_000 });
  });

  async function claim(): Promise<WebhookClaim> {
    const admission: Admission = await inbox.admit('key');
    if (!('claim' in admission)) throw new Error(`expected a claim, got ${admission.duplicate}`);
    return admission.claim;
  }

  it('admits one of many that come at once', async () => {
    const admissions = await Promise.all(Array.from({ length: 20 }, () => inbox.admit('key')));
    expect(admissions.filter((admission) => 'claim' in admission)).toHaveLength(1);
  });

  it('says how long the claim of another holds', async () => {
    (await claim()).abandon();
    await clock.advance('12s');
    expect(await inbox.admit('key')).toEqual({ duplicate: 'in-progress', retryAfterMs: 18_000 });
  });

  it('remembers what was handled, for as long as it is told', async () => {
    expect(await (await claim()).done()).toBe('settled');
    await clock.advance('9m');
    expect(await inbox.admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
    await clock.advance('1m');
    await claim();
  });

  it('admits again what was released', async () => {
    expect(await (await claim()).release()).toBe('settled');
    await claim();
  });

  it('renews a claim while it is held', async () => {
    const held = await claim();
    await clock.advance('5m');
    expect(await inbox.admit('key')).toMatchObject({ duplicate: 'in-progress' });
    expect(await held.done()).toBe('settled');
  });

  it('gives one of many the claim of a process that died', async () => {
    (await claim()).abandon();
    await clock.advance('30s');
    const admissions = await Promise.all(Array.from({ length: 20 }, () => inbox.admit('key')));
    expect(admissions.filter((admission) => 'claim' in admission)).toHaveLength(1);
  });

  it('keeps a process that lost its claim from writing over its successor', async () => {
    const lost = await claim();
    lost.abandon();
    await clock.advance('30s');
    const successor = await claim();
    expect(await lost.release()).toBe('lost');
    expect(await inbox.admit('key')).toMatchObject({ duplicate: 'in-progress' });
    expect(await successor.done()).toBe('settled');
    expect(await inbox.admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
  });

  it('marks as handled what took longer than the lease, when no other process came', async () => {
    const late = await claim();
    late.abandon();
    await clock.advance('1m');
    expect(await late.done()).toBe('settled');
    expect(await inbox.admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
  });

  it('counts the first word on what became of a delivery', async () => {
    const held = await claim();
    await Promise.all([held.done(), held.release()]);
    expect(await inbox.admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
  });

  it('outlives a store that is away for one renewal, and leaves no timer', async () => {
    const held = await claim();
    const { put } = store;
    store.put = () => Promise.reject(new Error('away'));
    await clock.advance('10s');
    store.put = put;
    await clock.advance('25s');
    expect(await inbox.admit('key')).toMatchObject({ duplicate: 'in-progress' });
    await held.done();
    clock.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each([
    ['done', 'duplicate'],
    ['release', 'claim'],
  ] as const)('knows its claim again after the answer to a renewal was lost: %s', async (end, admission) => {
    const held = await claim();
    const { put } = store;
    store.put = async (...asked) => {
      await put.apply(store, asked);
      throw new Error('the connection was reset');
    };
    await clock.advance('10s');
    store.put = put;
    expect(await held[end]()).toBe('settled');
    expect(await inbox.admit('key')).toHaveProperty(admission);
  });

  describe('when its store goes away', () => {
    /** The store is lost after it has done the write, or before. */
    function loseNext(operation: 'put' | 'delete', isDone: boolean): void {
      const whole = store[operation].bind(store) as (...asked: unknown[]) => Promise<never>;
      store[operation] = async (...asked: unknown[]) => {
        store[operation] = whole;
        if (isDone) await whole(...asked);
        throw new Error('the connection was reset');
      };
    }

    it.each([true, false])(
      'admits the next try at once after a claim that was refused (written: %p)',
      async (written) => {
        loseNext('put', written);
        await expect(inbox.admit('key')).rejects.toThrow('the connection was reset');
        // As each request has an inbox of its own.
        inbox = new WebhookInbox(store, clock, { leaseMs: 30_000, keepMs: 600_000 });
        const held = await claim();
        expect(await inbox.admit('key')).toMatchObject({ duplicate: 'in-progress' });
        expect(await held.done()).toBe('settled');
        expect(await inbox.admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
      },
    );

    it('admits one of many that come at once after it', async () => {
      loseNext('put', true);
      await expect(inbox.admit('key')).rejects.toThrow('the connection was reset');
      const admissions = await Promise.all(Array.from({ length: 20 }, () => inbox.admit('key')));
      expect(admissions.filter((admission) => 'claim' in admission)).toHaveLength(1);
    });

    it('admits the next try at once after a release that failed', async () => {
      const held = await claim();
      loseNext('delete', false);
      await expect(held.release()).rejects.toThrow('the connection was reset');
      await claim();
    });

    it('knows its claim by a write that its client has sent twice', async () => {
      const { put } = store;
      store.put = async (...asked) => {
        store.put = put;
        await put.apply(store, asked);
        return put.apply(store, asked);
      };
      expect(await (await claim()).done()).toBe('settled');
    });

    it('has the next try wait for the lease of another process', async () => {
      (await claim()).abandon();
      loseNext('put', false);
      await expect(inbox.admit('key')).rejects.toThrow('the connection was reset');
      expect(await inbox.admit('key')).toEqual({ duplicate: 'in-progress', retryAfterMs: 30_000 });
    });
  });

  it('does not keep the process alive', async () => {
    await claim();
    expect(clock.pendingTimers('referenced')).toBe(0);
  });
});
