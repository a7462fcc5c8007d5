import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileProcess, removeProcess } from '@breakwater/servers';
import { signWebhook } from '@breakwater/webhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';

interface Instructions {
  readonly id: string;
  readonly diesAt?: 'effect' | 'mark' | 'commit';
  readonly fails?: 'inside' | 'after';
}

describe('a webhook that is settled in the transaction of its effect', () => {
  let script: string;
  let folder: string;
  let child: ChildProcess;
  let url: string;

  beforeAll(async () => {
    script = await compileProcess(new URL('settling-app.fixture.mjs', import.meta.url));
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    await start();
  });
  afterEach(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => removeProcess(script));

  async function start(): Promise<void> {
    const webhook = { sender: 'stripe', secrets: [SECRET], tolerance: '30s', inbox: { lease: 1000, keep: '2m' } };
    const options = { file: join(folder, 'shop.sqlite'), webhook };
    child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [port] = (await once(child, 'message')) as [number];
    url = `http://127.0.0.1:${port}/webhooks/payments`;
  }

  /** The status, or 0 when the process died before it answered. */
  async function send(instructions: Instructions): Promise<number> {
    const body = JSON.stringify(instructions);
    const headers = { 'content-type': 'application/json', ...signWebhook('stripe', { body, now: Date.now() }, SECRET) };
    try {
      return (await fetch(url, { method: 'POST', body, headers })).status;
    } catch {
      return 0;
    }
  }

  /** The sender's later tries, until one is answered with anything but "later". */
  async function retry(instructions: Instructions): Promise<number> {
    for (;;) {
      const status = await send(instructions);
      if (status !== 503) return status;
      await sleep(100);
    }
  }

  /** The effects and the marks that a committed transaction has left. */
  function left(id: string): { effects: number; marks: number } {
    const db = new Database(join(folder, 'shop.sqlite'));
    const count = (sql: string, ...values: unknown[]) => (db.prepare(sql).raw().get(values) as [number])[0];
    const effects = count('SELECT count(*) FROM effects WHERE id = ?', id);
    const marks = count("SELECT count(*) FROM breakwater_entries WHERE value LIKE 'done%'");
    db.close();
    return { effects, marks };
  }

  it.each([
    ['after its effect', 'effect', { effects: 0, marks: 0 }],
    ['after its mark, before the commit', 'mark', { effects: 0, marks: 0 }],
    ['after the commit, before the answer', 'commit', { effects: 1, marks: 1 }],
  ] as const)('leaves both or neither when its process is killed with -9 %s', async (_when, diesAt, standing) => {
    const died = once(child, 'exit');
    expect(await send({ id: 'evt_1', diesAt })).toBe(0);
    await died;
    expect(left('evt_1')).toEqual(standing);
    await start();
    // The same delivery by its id, although this time the process is not told to die.
    expect(await retry({ id: 'evt_1' })).toBe(200);
    expect(left('evt_1')).toEqual({ effects: 1, marks: 1 });
    expect(await send({ id: 'evt_1' })).toBe(200);
    expect(left('evt_1')).toEqual({ effects: 1, marks: 1 });
  });

  it('is handled again after its transaction was rolled back, and not after a failure behind the commit', async () => {
    expect(await send({ id: 'evt_1', fails: 'inside' })).toBe(500);
    expect(left('evt_1')).toEqual({ effects: 0, marks: 0 });
    expect(await send({ id: 'evt_1' })).toBe(200);
    expect(left('evt_1')).toEqual({ effects: 1, marks: 1 });
    expect(await send({ id: 'evt_2', fails: 'after' })).toBe(500);
    expect(left('evt_2').effects).toBe(1);
    expect(await send({ id: 'evt_2' })).toBe(200);
    expect(left('evt_2')).toEqual({ effects: 1, marks: 2 });
  });
});
