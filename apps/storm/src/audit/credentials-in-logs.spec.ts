import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentialsInLogs } from './credentials-in-logs.js';

const KEY = 'merchant.4eC39HqLyjWDarjtT1zdp7dc';

describe('credentialsInLogs', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-logs-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says in which log and in which form a live credential stands, and not which', async () => {
    await writeFile(join(folder, 'checkout.log'), `Basic ${Buffer.from(`shop:${KEY}`).toString('base64')}`);
    await writeFile(join(folder, 'payments.log'), 'nothing');
    await writeFile(join(folder, 'checkout.sqlite'), KEY);
    expect(await credentialsInLogs(folder, [KEY])).toEqual(['checkout.log, as base64, at 13']);
  });

  it('finds what was left of one in a shortened line', async () => {
    await writeFile(join(folder, 'checkout.log'), `key ${KEY.slice(0, 14)}…`);
    expect(await credentialsInLogs(folder, [KEY])).toEqual(['checkout.log, as beginning of plain, at 4']);
  });

  it('finds nothing in clean logs', async () => {
    await writeFile(join(folder, 'checkout.log'), 'Authorization: [redacted]');
    expect(await credentialsInLogs(folder, [KEY])).toEqual([]);
  });
});
