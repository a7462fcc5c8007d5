import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('pages-app.main.js', import.meta.url));
const PAGES = 100;
const WARM_UP_MS = 20_000;
const SETTLE_MS = 3000;
const MEASURED_MS = 15_000;

const LOADS = [
  { providers: 6, callsPerSecond: 120 },
  { providers: 200, callsPerSecond: 900 },
] as const;

/** How pages take what they are sent. */
const KINDS = { read: 'that read', slow: 'that take nothing', gone: 'that have gone' } as const;

interface Usage {
  /** Processor time of the process, in microseconds. */
  readonly us: number;
  /** Bytes after a full collection, buffers included. */
  readonly held: number;
}

/**
 * Prints what open pages of the dashboard cost the application that serves them: the share of a core that its process
 * takes beside what it takes with none open, just before, and the memory that it holds. The pages are connections of
 * this process.
 */
export async function benchPages(): Promise<void> {
  for (const { providers, callsPerSecond } of LOADS) {
    const env = { PROVIDERS: String(providers), CALLS_PER_SECOND: String(callsPerSecond) };
    const app = fork(APP, { env: { ...process.env, ...env }, execArgv: ['--expose-gc'] });
    const [{ port }] = (await once(app, 'message')) as [{ port: number }];
    process.stdout.write(`${providers} providers with ${callsPerSecond} calls a second\n`);
    await sleep(WARM_UP_MS);
    for (const [kind, name] of Object.entries(KINDS) as [keyof typeof KINDS, string][]) {
      const without = await costOf(app);
      const pages = await Promise.all(Array.from({ length: PAGES }, () => open(port, kind)));
      const used = await costOf(app);
      for (const page of pages) page.destroy();
      const line = `${PAGES} pages ${name}:`.padEnd(30);
      const more = `${percent(used.share - without.share)} of a core more than ${percent(without.share)}`;
      process.stdout.write(`  ${line} ${more}, ${inMiB(used.held)} MiB held after ${inMiB(without.held)}\n`);
    }
    app.kill();
  }
}

function open(port: number, kind: keyof typeof KINDS): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path: '/resilience/stream', agent: false }, (page) => {
      page.on('error', () => undefined);
      if (kind === 'read') page.resume();
      if (kind === 'gone') page.socket.resetAndDestroy();
      resolve(page);
    });
    request.on('error', reject);
  });
}

async function costOf(app: ChildProcess): Promise<{ readonly share: number; readonly held: number }> {
  await sleep(SETTLE_MS);
  const before = await usageOf(app);
  await sleep(MEASURED_MS);
  const { us, held } = await usageOf(app);
  return { share: (us - before.us) / 1000 / MEASURED_MS, held };
}

async function usageOf(app: ChildProcess): Promise<Usage> {
  const answer = once(app, 'message') as Promise<[Usage]>;
  app.send('usage');
  return (await answer)[0];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function inMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
