import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteDriver } from '@breakwater/queue';
import { QueueUnderTest } from './queue-under-test.js';

const JOBS = 1_000_000;
const AT_ONCE = 20_000;
const TOLD_EVERY = 100_000;
const MIB = 2 ** 20;

/** Has a million jobs pass through a SQLite file, and tells the memory of the process on the way. */
export async function queueMemory(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-bench-'));
  const completed = { count: 10_000 };
  const queue = await QueueUnderTest.start(sqliteDriver({ file: join(folder, 'queue.sqlite'), completed }));
  try {
    for (let done = AT_ONCE; done <= JOBS; done += AT_ONCE) {
      await queue.run(AT_ONCE);
      if (done % TOLD_EVERY !== 0) continue;
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      const told = `${Math.round(rss / MIB)} MiB, heap ${Math.round(heapUsed / MIB)} MiB`;
      process.stdout.write(`${done.toLocaleString('en').padStart(9)} jobs: ${told}\n`);
    }
  } finally {
    await queue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
