import { channel } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import { createProvider } from '@breakwater/core';
import { median } from '../median.js';

const REQUESTS = 50_000;
const BATCH = 20;
const ROUNDS = 7;

/** A request and its answer as Node's channels show them, without a socket. */
class ShownRequest extends EventEmitter {
  readonly method = 'POST';
  readonly protocol = 'http:';
  readonly host = '127.0.0.1';
  readonly headers: Readonly<Record<string, string>> = { host: '127.0.0.1:80', 'content-type': 'application/json' };

  getHeader(name: string): string | undefined {
    return this.headers[name];
  }

  getHeaders(): Readonly<Record<string, string>> {
    return this.headers;
  }
}

const RESPONSE = { statusCode: 201, headers: { 'content-type': 'application/json' } };
/** Older versions of Node tell of a request only when it is written. */
const TELLS_OF_CREATION = Number.parseInt(process.versions.node, 10) >= 22;
const created = channel('http.client.request.created');
const start = channel('http.client.request.start');
const finish = channel('http.client.response.finish');

/**
 * Prints the processor time of the engine's part in a request of a tracked call: what is told on the channels, beside
 * a call that sends nothing.
 */
export async function benchWire(): Promise<void> {
  const provider = createProvider('bench', { http: { baseUrl: 'http://127.0.0.1' } }, { trackCalls: true });
  const time = (each: () => void) =>
    provider.execute(async () => {
      const { user, system } = process.cpuUsage();
      for (let i = 0; i < REQUESTS; i += BATCH) {
        for (let j = 0; j < BATCH; j++) each();
        await new Promise(setImmediate);
      }
      const used = process.cpuUsage();
      return (used.user + used.system - user - system) / REQUESTS;
    });
  const send = () => {
    const request = new ShownRequest();
    if (TELLS_OF_CREATION) created.publish({ request });
    start.publish({ request });
    finish.publish({ request, response: RESPONSE });
  };
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) times.push((await time(send)) - (await time(() => new ShownRequest())));
  process.stdout.write(`the wire, a request and its answer: ${median(times).toFixed(2)} µs\n`);
}
