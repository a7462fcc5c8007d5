import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryStore, ResilienceConfigurationError, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { SqliteStore } from '@breakwater/sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { WebhookClaimLostError } from './webhook-claim-lost.error.js';
import type { WebhookClaim } from './webhook-claim.js';
import { WebhookInbox } from './webhook-inbox.js';

describe('a claim that is settled within a transaction', () => {
  let folder: string;
  let clock: TestClock;
  let store: SqliteStore;
  let db: Database.Database;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    const file = join(folder, 'shop.sqlite');
    clock = new TestClock();
    store = new SqliteStore({ file, tablePrefix: 'breakwater_', clock });
    db = new Database(file);
    db.exec('CREATE TABLE effects (id TEXT NOT NULL)');
  });
  afterEach(async () => {
    await store.close();
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const inbox = (of: Store = store) => new WebhookInbox(of, clock, { leaseMs: 30_000, keepMs: 600_000 });

  async function claim(of?: Store): Promise<WebhookClaim> {
    const admission = await inbox(of).admit('key');
    if ('claim' in admission) return admission.claim;
    throw new Error(`expected a claim, got ${admission.duplicate}`);
  }

  const effect = (of: WebhookClaim) =>
    db.transaction(() => {
      db.prepare('INSERT INTO effects VALUES (?)').run(['one']);
      void of.settleWithin(db, 'payments');
    });

  it('is done with its commit, and gets its answer afterwards', async () => {
    const held = await claim();
    effect(held)();
    expect(await inbox().admit('key')).toEqual({ duplicate: 'done', answer: { status: 200 } });
    expect(await held.done({ status: 202 })).toBe('settled');
    expect(await inbox().admit('key')).toEqual({ duplicate: 'done', answer: { status: 202 } });
  });

  it('can be settled although its transaction was rolled back', async () => {
    for (const end of ['done', 'release'] as const) {
      const held = await claim();
      db.exec('BEGIN IMMEDIATE');
      await held.settleWithin(db, 'payments');
      db.exec('ROLLBACK');
      expect(await held[end]()).toBe('settled');
      const after = await inbox().admit('key');
      expect(after).toHaveProperty(end === 'done' ? 'duplicate' : 'claim');
      await store.delete('key');
    }
  });

  it('has the transaction rolled back when another process has taken the delivery', async () => {
    const lost = await claim();
    lost.abandon();
    await clock.advance('30s');
    await claim();
    expect(effect(lost)).toThrow(WebhookClaimLostError);
    expect(db.prepare('SELECT count(*) FROM effects').raw().get()).toEqual([0]);
  });

  it('needs a store that can take part in the transaction', async () => {
    const held = await claim(new MemoryStore({ clock }));
    expect(() => held.settleWithin(db, 'payments')).toThrow(ResilienceConfigurationError);
  });
});
