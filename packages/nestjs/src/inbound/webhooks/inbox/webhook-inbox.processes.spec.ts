import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileProcess, removeProcess } from '@breakwater/servers';
import { signWebhook } from '@breakwater/webhooks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSuccess } from '../answering/settle-webhook.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';
const LEASE_MS = 3000;
/** Longer than any test: a handler that is to be under way when its process is killed. */
const FOR_EVER_MS = 600_000;

/** Instructions that a delivery brings to the handler. */
interface Instructions {
  readonly id: string;
  readonly holdMs?: number;
  readonly failsFirst?: boolean;
}

/** One process of the application. */
interface AppProcess {
  readonly child: ChildProcess;
  readonly url: string;
}

describe('the webhook inbox, with several processes of an application on one SqliteStore', () => {
  let script: string;
  let folder: string;
  let apps: AppProcess[];

  beforeAll(async () => {
    script = await compileProcess(new URL('webhook-app.fixture.mjs', import.meta.url));
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
    for (const file of ['attempts', 'effects']) writeFileSync(join(folder, file), '');
    apps = await Promise.all([start(), start()]);
  });
  afterAll(() => {
    for (const { child } of apps) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    removeProcess(script);
  });

  async function start(): Promise<AppProcess> {
    const options = {
      storeFile: join(folder, 'store.sqlite'),
      attemptsFile: join(folder, 'attempts'),
      effectsFile: join(folder, 'effects'),
      webhook: { sender: 'stripe', secrets: [SECRET], tolerance: '30s', inbox: { lease: LEASE_MS, keep: '2m' } },
    };
    const child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const [port] = (await once(child, 'message')) as [number];
    return { child, url: `http://127.0.0.1:${port}/webhooks/payments` };
  }

  async function kill({ child }: AppProcess): Promise<void> {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** The status, or 0 when the process died before it answered. */
  async function send({ url }: AppProcess, instructions: Instructions): Promise<number> {
    const body = JSON.stringify({ holdMs: 0, ...instructions });
    const headers = { 'content-type': 'application/json', ...signWebhook('stripe', { body, now: Date.now() }, SECRET) };
    try {
      return (await fetch(url, { method: 'POST', body, headers })).status;
    } catch {
      return 0;
    }
  }

  /** Delivers as a sender does, again until it is told that the delivery arrived. Returns the statuses. */
  async function deliver(app: AppProcess, instructions: Instructions): Promise<number[]> {
    const statuses: number[] = [];
    do {
      if (statuses.length > 0) await sleep(100);
      statuses.push(await send(app, instructions));
    } while (!isSuccess(statuses.at(-1)!) && statuses.length < 100);
    return statuses;
  }

  /** The processes that noted something about these deliveries, by the delivery's id. */
  function notesOf(file: 'attempts' | 'effects', deliveries: readonly string[]): { id: string; pid: string }[] {
    const lines = readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1);
    const notes = lines.map((line) => line.split(' ')).map(([id, pid]) => ({ id: id!, pid: pid! }));
    return notes.filter(({ id }) => deliveries.includes(id)).sort((a, b) => a.id.localeCompare(b.id));
  }

  function expectEachOnce(file: 'attempts' | 'effects', deliveries: readonly string[]): void {
    expect(notesOf(file, deliveries).map(({ id }) => id)).toEqual(deliveries);
  }

  function ids(name: string, count: number): string[] {
    return Array.from({ length: count }, (_, i) => `evt_${name}_${String(i).padStart(3, '0')}`);
  }

  it('lets every delivery that both get at once take effect once', async () => {
    const deliveries = ids('raced', 100);
    for (let at = 0; at < deliveries.length; at += 10) {
      const copies = deliveries.slice(at, at + 10).flatMap((id, i) => {
        const [first, second] = i % 2 === 0 ? apps : apps.toReversed();
        return [first!, second!, first!].map((app) => deliver(app, { id, holdMs: i % 3 }));
      });
      await Promise.all(copies);
    }
    expectEachOnce('effects', deliveries);
    expectEachOnce('attempts', deliveries);
    expect(new Set(notesOf('effects', deliveries).map(({ pid }) => pid)).size).toBe(2);
  });

  it('lets fifty copies that come to both at once take effect once, and asks for a later try until it has', async () => {
    const [id] = ids('stormed', 1);
    const copies = Array.from({ length: 50 }, (_, i) => send(apps[i % 2]!, { id: id!, holdMs: 500 }));
    const statuses = await Promise.all(copies);
    // A copy that comes late, on a busy machine, finds the first one done.
    expect(statuses.filter((status) => status !== 503 && status !== 200)).toEqual([]);
    expect(statuses).toContain(200);
    expect(statuses).toContain(503);
    expect(await Promise.all(apps.map((app) => send(app, { id: id!, holdMs: 500 })))).toEqual([200, 200]);
    expectEachOnce('attempts', [id!]);
    expectEachOnce('effects', [id!]);
  });

  it("has the sender's next try run what a handler failed at, in whichever process it comes to", async () => {
    const deliveries = ids('failed', 20);
    const [one, other] = apps;
    const first = await Promise.all(deliveries.map((id) => send(one!, { id, failsFirst: true })));
    expect(new Set(first)).toEqual(new Set([500]));
    expect(notesOf('effects', deliveries)).toEqual([]);
    const second = await Promise.all(deliveries.map((id) => send(other!, { id, failsFirst: true })));
    expect(new Set(second)).toEqual(new Set([200]));
    const copies = await Promise.all(deliveries.map((id) => send(one!, { id, failsFirst: true })));
    expect(new Set(copies)).toEqual(new Set([200]));
    expectEachOnce('effects', deliveries);
  });

  it('has the next try, once the lease is over, run what a process was at when it was killed with -9', async () => {
    const deliveries = ids('killed', 12);
    const done = deliveries.slice(0, 4);
    const underWay = deliveries.slice(4);
    const [victim, survivor] = apps;
    await Promise.all(done.map((id) => deliver(victim!, { id })));
    const unanswered = underWay.map((id) => send(victim!, { id, holdMs: FOR_EVER_MS }));
    while (notesOf('attempts', deliveries).length < deliveries.length) await sleep(10);
    // A handler that runs longer than its lease keeps the delivery.
    await sleep(LEASE_MS * 1.2);
    expect(await send(survivor!, { id: underWay[0]! })).toBe(503);
    await kill(victim!);
    expect(new Set(await Promise.all(unanswered))).toEqual(new Set([0]));

    const killedAt = performance.now();
    const retries = await Promise.all(deliveries.map((id) => deliver(survivor!, { id })));
    const tookMs = performance.now() - killedAt;
    for (const statuses of retries.slice(0, done.length)) expect(statuses).toEqual([200]);
    for (const statuses of retries.slice(done.length)) {
      expect(statuses[0]).toBe(503);
      expect(statuses.at(-1)).toBe(200);
    }
    expect(tookMs).toBeGreaterThan(LEASE_MS / 3);
    expectEachOnce('effects', deliveries);

    const replacement = await start();
    apps = [replacement, survivor!];
    const copies = await Promise.all(deliveries.map((id) => send(replacement, { id })));
    expect(new Set(copies)).toEqual(new Set([200]));
    expectEachOnce('effects', deliveries);
  });
});
