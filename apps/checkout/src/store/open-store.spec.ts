import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openStore } from './open-store.js';

describe('openStore', () => {
  it('keeps in a file what the next process finds there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'checkout-store-'));
    const url = `sqlite:${join(folder, 'store.sqlite')}`;
    const first = await openStore(url);
    await first.store!.put('order-1', 'charged', { ttlMs: 60_000, if: 'absent' });
    await first.close();
    const second = await openStore(url);
    expect(await second.store!.get('order-1')).toMatchObject({ value: 'charged' });
    await second.close();
    await rm(folder, { recursive: true });
  });

  it('leaves memory to the module', async () => {
    expect((await openStore('memory:')).store).toBeUndefined();
  });

  it.each(['mysql://x', 'file.sqlite', ''])('refuses %j, and does not repeat what may hold a password', async (url) => {
    await expect(openStore(url)).rejects.toThrow(/^STORE_URL must be 'memory:'/);
  });

  it.each(['redis://127.0.0.1:1', 'postgres://shop@127.0.0.1:1/shop'])(
    'does not open %s, where nothing listens',
    async (url) => {
      await expect(openStore(url)).rejects.toThrow(/ECONNREFUSED|Connection is closed/);
    },
  );
});
