import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { benchWire } from './bench-wire.js';
import { median } from '../median.js';

const WAYS = [
  ['bare', 'axios alone'],
  ['five', 'five policies: retry, breaker, rate limit, bulkhead, timeout'],
  ['six', 'and idempotency by key, in memory'],
] as const;
const CONNECTIONS = 20;
const WARM_UP = 1500;
const ROUND = 1500;
const ROUNDS = 7;

interface Usage {
  readonly user: number;
  readonly system: number;
}

/**
 * A real HTTP route: a Nest application that sends one POST to a provider for each request, in another process, as is
 * the provider. Rounds by turns; prints medians of the processor time that the application took for a request.
 */
export async function benchRoute(): Promise<void> {
  const upstream = await start('upstream.main.js', {});
  const app = await start('route-app.main.js', { UPSTREAM: `http://127.0.0.1:${upstream.port}` });
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const times = new Map<string, number[]>(WAYS.map(([way]) => [way, []]));
  let id = 0;
  const nextOrder = () => JSON.stringify({ id: `order-${id++}`, amount: 500 });
  for (const [way] of WAYS) await load({ agent, port: app.port, way, nextOrder, requests: WARM_UP });
  for (let round = 0; round < ROUNDS; round++) {
    for (const [way] of WAYS) {
      const before = await usageOf(app.process);
      await load({ agent, port: app.port, way, nextOrder, requests: ROUND });
      const after = await usageOf(app.process);
      times.get(way)!.push((after.user + after.system - before.user - before.system) / ROUND);
    }
  }
  agent.destroy();
  for (const { process: each } of [app, upstream]) each.kill();
  await benchWire();
  const base = median(times.get('bare')!);
  for (const [way, name] of WAYS) {
    const us = median(times.get(way)!);
    process.stdout.write(`${name.padEnd(62)} ${us.toFixed(0).padStart(5)} µs  ${(us / base).toFixed(2)} ×\n`);
  }
}

async function start(script: string, env: Record<string, string>): Promise<{ process: ChildProcess; port: number }> {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), { env: { ...process.env, ...env } });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { process: child, port };
}

async function usageOf(child: ChildProcess): Promise<Usage> {
  const answer = once(child, 'message') as Promise<[Usage]>;
  child.send('usage');
  return (await answer)[0];
}

interface Load {
  readonly agent: Agent;
  readonly port: number;
  readonly way: string;
  readonly requests: number;
  nextOrder(): string;
}

async function load({ agent, port, way, nextOrder, requests }: Load): Promise<void> {
  let left = requests;
  const worker = async () => {
    while (left-- > 0) await post({ agent, port, path: `/${way}`, body: nextOrder() });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

function post({ agent, port, path, body }: { agent: Agent; port: number; path: string; body: string }): Promise<void> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent }, (response) => {
      if (response.statusCode !== 201) reject(new Error(`${path}: status ${response.statusCode}`));
      response.resume().on('end', resolve);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
