import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, fetch as undiciFetch, request as undiciRequest } from 'undici';
import { createProvider, type ProviderOptions } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

type Send = (url: string, sent: { readonly method: string; readonly dispatcher: Agent }) => Promise<void>;

/** Clients whose errors say nothing of what happened. */
const CLIENTS: [string, Send][] = [
  [
    'fetch',
    async (url, init) => {
      const { ok } = await undiciFetch(url, init).catch(mapped);
      if (!ok) mapped();
    },
  ],
  [
    'undici',
    async (url, { method, dispatcher }) => {
      const { statusCode, body } = await undiciRequest(url, { method: method as 'POST', dispatcher }).catch(mapped);
      await body.dump();
      if (statusCode >= 400) mapped();
    },
  ],
];

function mapped(): never {
  throw new Error('the provider failed');
}

describe.each(CLIENTS)('a request that waits for a connection in a pool, through %s', (_name, send) => {
  let server: HttpServer;
  let dispatcher: Agent;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
    dispatcher = new Agent({ connections: 2 });
  });
  afterEach(async () => {
    server.close();
    await dispatcher.destroy();
  });

  const provider = (options: ProviderOptions) =>
    createProvider('payments', options, { trackCalls: true, warn: () => undefined });
  const urls = () => server.requests.map(({ url }) => url).sort();
  const eight = <T>(each: (index: number) => Promise<T>) => Promise.all(Array.from({ length: 8 }, (_, i) => each(i)));

  it('is one of its own call: a POST of unknown outcome goes out once', async () => {
    server.answer = (request) => void setTimeout(() => request.socket.destroy(), 5);
    const payments = provider({ retry: RETRY });
    await eight((i) =>
      outcomeOf(payments.execute(() => send(`${server.origin}/${i}`, { method: 'POST', dispatcher }))),
    );
    expect(urls()).toEqual(Array.from({ length: 8 }, (_, i) => `/${i}`));
  });

  it('says what became of its own call', async () => {
    server.answer = ({ url }, response) => response.writeHead(url === '/3' ? 503 : 404).end();
    const kinds: string[] = [];
    const payments = provider({ classify: (_result, { standard }) => void kinds.push(standard().kind) });
    await eight((i) =>
      outcomeOf(payments.execute(() => send(`${server.origin}/${i}`, { method: 'POST', dispatcher }))),
    );
    expect(kinds.sort()).toEqual([...Array.from({ length: 7 }, () => 'permanent'), 'unknown']);
  });

  it('is not laid to the call in whose method a connection becomes free', async () => {
    const payments = provider({ http: { baseUrl: server.origin } });
    const events = recordEvents(payments);
    const reads = async () => {
      for (let i = 0; i < 6; i++) await send(server.origin, { method: 'GET', dispatcher });
    };
    const call = payments.execute(reads, { idempotencyKey: 'order-1' });
    const others = eight(() => send(server.origin, { method: 'POST', dispatcher }));
    await Promise.all([call, others]);
    expect([server.requests.length, events.ofType('idempotency.keyNotSent')]).toEqual([14, []]);
  });

  it('may still go out when its attempt was timed out: a POST is not sent again', async () => {
    server.answer = (_request, response) => void setTimeout(() => response.end('{}'), 100);
    const payments = provider({ retry: RETRY, timeout: { attempt: 50 } });
    const sent: Promise<unknown>[] = [];
    const one = (i: number) => () => {
      const request = send(`${server.origin}/${i}`, { method: 'POST', dispatcher });
      sent.push(request);
      return request;
    };
    await eight((i) => outcomeOf(payments.execute(one(i))));
    await Promise.all(sent);
    expect(urls()).toEqual(Array.from({ length: 8 }, (_, i) => `/${i}`));
  });
});
