import { fork, type ChildProcess } from 'node:child_process';
import { on, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileProcess, removeProcess } from '@breakwater/servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

interface Options {
  readonly platform: 'express' | 'fastify' | 'none';
  readonly grace?: string;
  readonly storeFile?: string;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

let script: string;
let children: ChildProcess[] = [];

async function start(options: Options): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(script, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.push(child);
  const [port] = (await once(child, 'message')) as [number];
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Resolves once the application has begun so many calls. */
async function called(child: ChildProcess, times: number): Promise<void> {
  for await (const [message] of on(child, 'message')) if (message === 'called' && --times === 0) return;
}

/** The next message of the application that tells of no call. */
async function told(child: ChildProcess): Promise<unknown> {
  for await (const [message] of on(child, 'message')) if (message !== 'called') return message;
  return undefined;
}

/**
 * Sends SIGTERM. Resolves when the process has ended: within the time that a test has, which is less than any time
 * that the process must not wait for.
 */
async function stop(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function ask(url: string, route: string): Promise<Answer> {
  try {
    const response = await fetch(`${url}/${route}`);
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: 0, body: '' };
  }
}

function askMany(url: string, route: string, count: number): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => ask(url, route)));
}

function byStatus(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

beforeAll(async () => {
  script = await compileProcess(new URL('shutdown-app.fixture.mjs', import.meta.url));
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
});
afterAll(() => removeProcess(script));

describe.each(['express', 'fastify'] as const)('an application on %s that gets SIGTERM', (platform) => {
  it('answers the calls that are under way, and ends soon after the last', async () => {
    const { child, url } = await start({ platform, grace: '5m' });
    const allCalled = called(child, 20);
    const answers = askMany(url, 'charge', 20);
    await allCalled;
    await stop(child);
    expect(byStatus(await answers)).toEqual({ 200: 20 });
  });

  it('lets a request make the further calls that it needs', async () => {
    const { child, url } = await start({ platform });
    const firstCalled = called(child, 1);
    const answer = ask(url, 'twice');
    await firstCalled;
    await stop(child);
    expect(await answer).toEqual({ status: 200, body: 'charged and mailed' });
  });

  it('ends at once what waits: for a slot, for a rate limit, or as long as the provider asked', async () => {
    const { child, url } = await start({ platform, grace: '5m' });
    const allCalled = called(child, 30);
    const [queued, limited, asking] = ['queued', 'limited', 'asking'].map((route) => askMany(url, route, 10));
    await allCalled;
    const stopped = stop(child);
    await Promise.all([limited, asking]);
    child.send('end');
    await stopped;
    expect((await Promise.all([queued!, limited!, asking!])).map(byStatus)).toEqual([
      { 200: 2, 503: 8 },
      { 200: 1, 503: 9 },
      { 500: 10 },
    ]);
  });

  it('refuses the calls of requests that come later, on a connection that it closes', async () => {
    const { child, url } = await start({ platform });
    const firstCalled = called(child, 1);
    const early = ask(url, 'held');
    await firstCalled;
    const stopped = stop(child);
    let late = await fetch(`${url}/charge`);
    while (late.status === 200) late = await fetch(`${url}/charge`);
    expect(late.status).toBe(503);
    expect(late.headers.get('connection')).toBe('close');
    expect(await late.json()).toMatchObject({ code: 'SHUTTING_DOWN' });
    child.send('end');
    await stopped;
    expect((await early).status).toBe(200);
  });

  it('aborts what outlasts the grace period', async () => {
    const { child, url } = await start({ platform, grace: '500ms' });
    const allCalled = called(child, 2);
    const answers = Promise.all([ask(url, 'obedient'), ask(url, 'obedient')]);
    await allCalled;
    await stop(child);
    expect(byStatus(await answers)).toEqual({ 503: 2 });
  });
});

describe('an application without HTTP that gets SIGTERM', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function stopDuring(route: string, options: Omit<Options, 'platform'>): Promise<unknown> {
    const { child } = await start({ platform: 'none', ...options });
    const outcome = told(child);
    const firstCalled = called(child, 1);
    child.send(route);
    await firstCalled;
    await stop(child);
    return outcome;
  }

  it('finishes its work and writes down what came of it', async () => {
    const storeFile = join(folder, 'finished.sqlite');
    expect(await stopDuring('keyed', { storeFile })).toEqual({ value: 'charged' });
    // The next process is not refused because of a lease that was left behind.
    expect(await stopDuring('keyed', { storeFile })).toEqual({ value: 'charged' });
  });

  it('does not wait longer than the grace period for work that never ends', async () => {
    const { child } = await start({ platform: 'none', grace: '500ms' });
    const firstCalled = called(child, 1);
    child.send('hanging');
    await firstCalled;
    await expect(stop(child)).resolves.toBeUndefined();
  });

  it('leaves no lease behind where it has to abort', async () => {
    const storeFile = join(folder, 'aborted.sqlite');
    expect(await stopDuring('keyedForever', { storeFile, grace: '300ms' })).toEqual({ error: 'SHUTTING_DOWN' });
    // A lease would hold the key for 30 seconds.
    expect(await stopDuring('keyed', { storeFile })).toEqual({ value: 'charged' });
  });
});
