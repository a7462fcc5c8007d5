import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProvider, type ProviderOptions } from '@breakwater/core';
import { envSecrets, openSecrets, type SecretSource } from '@breakwater/secrets';
import { startTokenServer } from '@breakwater/servers';
import { median } from '../median.js';

const READS = 2_000_000;
const REQUESTS = 2000;
const ROUNDS = 9;
const CLIENT = { clientId: 'bench', clientSecret: 'secret-of-the-bench' };

/** Secrets that do not change. */
const still: SecretSource = {
  name: 'still',
  refresh: '1h',
  get: async (name) => ({ value: `{"key":"value of ${name}"}`, version: '1' }),
};

/**
 * Prints what reading a secret costs beside `process.env`, and the processor time of a request whose credential is text
 * beside one whose credential is read: medians of rounds by turns.
 */
export async function benchSecrets(): Promise<void> {
  process.env['BENCH_SECRET'] = 'value';
  const secrets = await openSecrets(['api', 'api#key'], { sources: [still, envSecrets()] });
  const reads: Readonly<Record<string, () => string | undefined>> = {
    'process.env': () => process.env['BENCH_SECRET'],
    "secrets.get('api')": () => secrets.get('api'),
    "secrets.get('api#key')": () => secrets.get('api#key'),
  };
  await compare(reads, async (read) => cpuNs(() => times(READS, read), READS), 'ns');
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tokens = await startTokenServer(CLIENT);
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const auths: Readonly<Record<string, NonNullable<ProviderOptions['http']>['auth']>> = {
    'request, credential as text': { bearer: 'text' },
    'the same, once more: how far rounds differ': { bearer: 'text' },
    'request, credential from secrets': { bearer: () => secrets.get('api#key') },
    'request, access token of OAuth 2': { oauth2: { tokenUrl: `${tokens.url}/token`, ...CLIENT } },
  };
  const fetches = Object.entries(auths).map(([name, auth]) => [
    name,
    createProvider('bench', { http: { baseUrl, ...(auth && { auth }) } }).fetch,
  ]);
  await compare(
    Object.fromEntries(fetches) as Record<string, typeof globalThis.fetch>,
    async (fetch) => cpuNs(() => send(fetch), REQUESTS),
    'ns',
  );
  await Promise.all([secrets.close(), tokens.stop()]);
  server.close();
  server.closeAllConnections();
}

async function compare<T>(ways: Readonly<Record<string, T>>, measure: (way: T) => Promise<number>, unit: string) {
  const rounds = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (const way of Object.values(ways)) await measure(way);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, way] of Object.entries(ways)) rounds.get(name)!.push(await measure(way));
  }
  const [first] = rounds.values();
  for (const [name, each] of rounds) {
    const ratio = (median(each) / median(first!)).toFixed(2);
    process.stdout.write(`${name.padEnd(46)} ${median(each).toFixed(0).padStart(8)} ${unit}  ${ratio} ×\n`);
  }
}

function times(count: number, run: () => unknown): void {
  for (let i = 0; i < count; i++) run();
}

async function send(fetch: typeof globalThis.fetch): Promise<void> {
  for (let i = 0; i < REQUESTS; i++) await (await fetch('/')).text();
}

/** Processor time of one of `count`. */
async function cpuNs(run: () => void | Promise<void>, count: number): Promise<number> {
  const { user, system } = process.cpuUsage();
  await run();
  const used = process.cpuUsage();
  return ((used.user + used.system - user - system) * 1000) / count;
}
