import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const EVERY_MS = 4;

/** The p99 of a route that does nothing, in milliseconds, asked every few milliseconds until `work` is done. */
export async function p99Beside(work: () => Promise<unknown>): Promise<number> {
  const server = createServer((_, response) => response.end('ok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  let asked = 0;
  const ask = () => {
    asked++;
    const since = performance.now();
    get({ port, host: '127.0.0.1', agent }, (answer) => {
      answer.resume();
      answer.on('end', () => times.push(performance.now() - since));
    });
  };
  const timer = setInterval(ask, EVERY_MS);
  await work();
  clearInterval(timer);
  while (times.length < asked) await sleep(EVERY_MS);
  agent.destroy();
  server.closeAllConnections();
  server.close();
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}
