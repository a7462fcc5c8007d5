import { writeSync } from 'node:fs';
import { SqliteStore } from './index.js';

/** The task of a process with the store in `file`. */
export interface Job {
  readonly task: keyof typeof tasks | 'make';
  readonly file: string;
  readonly times: number;
}

const KEPT = { ttlMs: 60_000, if: 'always' } as const;

const tasks = {
  /** Claims every key. Returns the keys that it won. */
  async claim(store: SqliteStore, times: number): Promise<number[]> {
    const won: number[] = [];
    for (let i = 0; i < times; i++) {
      const result = await store.put(`key ${i}`, String(process.pid), { ttlMs: 60_000, if: 'absent' });
      if ('written' in result) won.push(i);
    }
    return won;
  },

  /** Adds one to a shared counter, over the version that it saw. Returns the versions that it wrote. */
  async count(store: SqliteStore, times: number): Promise<number[]> {
    const versions: number[] = [];
    while (versions.length < times) {
      const seen = await store.get('counter');
      const next = String(Number(seen?.value ?? 0) + 1);
      const condition = seen === undefined ? 'absent' : { version: seen.version };
      const result = await store.put('counter', next, { ttlMs: 60_000, if: condition });
      if ('written' in result) versions.push(Number(result.written.version));
    }
    return versions;
  },

  /**
   * Takes from a shared limit that does not refill while the test runs. Returns a 1 for each call that was admitted.
   */
  async advance(store: SqliteStore, times: number): Promise<number[]> {
    const admitted: number[] = [];
    for (let i = 0; i < times; i++) {
      if ((await store.advance('limit', 3_600_000, 500 * 3_600_000)).admitted) admitted.push(1);
    }
    return admitted;
  },

  /** Writes one key after the other and says so, until it is killed. */
  async write(store: SqliteStore): Promise<number[]> {
    for (let i = 0; ; i++) {
      const result = await store.put(`${process.pid} ${i}`, 'x'.repeat(i % 2000), KEPT);
      if ('written' in result) writeSync(1, `${process.pid} ${i}\n`);
    }
  },
};

/** Opens one new file after the other, and claims a key in each. Returns the files where it won. */
async function make(file: string, times: number): Promise<number[]> {
  const won: number[] = [];
  for (let i = 0; i < times; i++) {
    const [first] = await work('claim', `${file}-${i}`, 1);
    if (first !== undefined) won.push(i);
  }
  return won;
}

async function work(task: keyof typeof tasks, file: string, times: number): Promise<number[]> {
  const store = new SqliteStore({ file });
  const result = await tasks[task](store, times);
  await store.close();
  return result;
}

// No process opens the file before all are there, so that they race for its making too.
process.once('message', ({ task, file, times }: Job) => {
  const answer = task === 'make' ? make(file, times) : work(task, file, times);
  void answer.then((result) => process.send!(result, () => process.disconnect()));
});
process.send!('ready');
