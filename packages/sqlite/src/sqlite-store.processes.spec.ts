import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { SqliteStore } from './sqlite-store.js';
import { WorkerProcesses } from './worker-processes.fixture.js';

const PROCESSES = 4;

describe('SqliteStore, with several processes on one file', () => {
  let workers: WorkerProcesses;
  let folder: string;
  let file: string;

  beforeAll(async () => {
    workers = await WorkerProcesses.bundle();
  });
  afterAll(() => workers.dispose());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    file = join(folder, 'store.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lets each key be won exactly once, by processes that make the file at the same time', async () => {
    const won = await workers.race(PROCESSES, { task: 'claim', file, times: 3000 });
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 3000 }, (_, i) => i));
  });

  it('loses no compare-and-set, and gives no version twice', async () => {
    const versions = await workers.race(PROCESSES, { task: 'count', file, times: 500 });
    expect(new Set(versions.flat()).size).toBe(PROCESSES * 500);
    for (const own of versions) expect(own).toEqual([...own].sort((a, b) => a - b));
    const store = new SqliteStore({ file });
    expect(await store.get('counter')).toMatchObject({
      value: String(PROCESSES * 500),
      version: String(Math.max(...versions.flat())),
    });
    await store.close();
  });

  it('admits exactly the limit in total', async () => {
    const admitted = await workers.race(PROCESSES, { task: 'advance', file, times: 1000 });
    expect(admitted.flat()).toHaveLength(500);
  });

  it('makes a new file once, whichever process opens it first', async () => {
    const won = await workers.race(PROCESSES, { task: 'make', file, times: 40 });
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('loses no write that was acknowledged before kill -9, and opens again', async () => {
    const acknowledged: string[] = [];
    for (let kill = 0; kill < 4; kill++) {
      const pair = await Promise.all([workers.start(), workers.start()]);
      const outputs = pair.map((child) => {
        let output = '';
        child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
        child.send({ task: 'write', file, times: Infinity });
        return { closed: once(child, 'close'), lines: () => output.split('\n').slice(0, -1) };
      });
      while (outputs.some(({ lines }) => lines().length < 20)) await sleep(5);
      await sleep(40 * kill);
      for (const child of pair) child.kill('SIGKILL');
      await Promise.all(outputs.map(({ closed }) => closed));
      acknowledged.push(...outputs.flatMap(({ lines }) => lines()));

      const store = new SqliteStore({ file });
      for (const key of acknowledged) {
        const length = Number(key.split(' ')[1]) % 2000;
        expect((await store.get(key))?.value).toHaveLength(length);
      }
      await store.close();
      const db = new Database(file);
      expect(db.prepare('PRAGMA integrity_check').raw().get()).toEqual(['ok']);
      db.close();
    }
    expect(acknowledged.length).toBeGreaterThan(160);
  });
});
