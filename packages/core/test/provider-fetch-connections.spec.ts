import dns from 'node:dns';
import { createServer, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Agent, setGlobalDispatcher, type Dispatcher } from 'undici';
import { createProvider, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { standingDispatcher } from '../src/http/wire/standing-dispatcher.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

const TWO = { attempts: 2, backoff: { initial: 1, max: 1 }, budget: false } as const;

describe('the connections of a provider’s fetch', () => {
  let server: HttpServer;
  const providers: ResilientProvider[] = [];

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    server.close();
    for (const each of providers.splice(0)) each.close();
  });

  function provider(http: ProviderOptions['http'] = {}, options: ProviderOptions = {}): ResilientProvider {
    const given = { http: { baseUrl: server.origin, ...http }, ...options };
    const made = createProvider('payments', given, { trackCalls: true, warn: () => undefined });
    providers.push(made);
    return made;
  }

  it('are no more than they may be, and are kept', async () => {
    const ports = new Set<number>();
    server.answer = (request, response) => {
      ports.add(request.socket.remotePort!);
      setImmediate(() => response.end('{}'));
    };
    const { fetch } = provider({ maxSockets: 2 });
    await Promise.all(Array.from({ length: 12 }, async () => (await fetch('/')).text()));
    expect([server.requests.length, ports.size]).toEqual([12, 2]);
  });

  it('are closed once idle when the provider is closed, after which none is kept', async () => {
    const sockets = new Set<Socket>();
    let held: ServerResponse | undefined;
    server.answer = ({ url, socket }, response) => {
      sockets.add(socket);
      if (url === '/held') held = response;
      else response.end('{}');
    };
    const open = () => [...sockets].filter(({ destroyed }) => !destroyed);
    const payments = provider();
    const late = payments.fetch('/held');
    await (await payments.fetch('/')).text();
    while (held === undefined) await turn();
    expect(open()).toHaveLength(2);
    payments.close();
    while (open().length > 1) await turn();
    held.end('late');
    expect(await (await late).text()).toBe('late');
    expect(await (await payments.fetch('/')).text()).toBe('{}');
    while (open().length > 0) await turn();
  });

  it('are those of the settings: a change of others leaves them as they are', async () => {
    const sockets = new Set<Socket>();
    server.answer = ({ socket }, response) => {
      sockets.add(socket);
      setImmediate(() => response.end('{}'));
    };
    const payments = provider({ maxSockets: 1 });
    const ask = async () => (await payments.fetch('/')).text();
    await ask();
    payments.reconfigure({ http: { headers: { 'x-version': '2' } } });
    await ask();
    expect(sockets.size).toBe(1);
    const [before] = sockets;
    payments.reconfigure({ http: { maxSockets: 2 } });
    await ask();
    expect(sockets.size).toBe(2);
    while (!before!.destroyed) await turn();
  });

  it('are those of the user’s own agent', async () => {
    const agent = new Agent({ connections: 1, headersTimeout: 1000 });
    const dispatch = jest.spyOn(agent, 'dispatch');
    const { fetch } = provider({ agent });
    // Node's fetch takes a dispatcher of another undici only where their handlers are alike.
    await fetch('/').catch(() => undefined);
    expect(dispatch).toHaveBeenCalledTimes(1);
    await agent.destroy();
  });

  it.each([
    ['made with options', () => new Agent({ connect: { rejectUnauthorized: true } })],
    ['composed of others', () => new Agent().compose((dispatch) => (options, handler) => dispatch(options, handler))],
  ])('are those of the process’s own dispatcher where that is the user’s: one that was %s', async (_name, make) => {
    await fetch('data:,');
    const standing = standingDispatcher() as Dispatcher;
    const sending = jest.spyOn(globalThis, 'fetch');
    const own = make();
    setGlobalDispatcher(own);
    try {
      await provider({ maxSockets: 1 }).fetch('/');
      setGlobalDispatcher(standing);
      await provider({ maxSockets: 1 }).fetch('/');
      expect(sending.mock.calls.map(([, init]) => 'dispatcher' in init!)).toEqual([false, true]);
    } finally {
      setGlobalDispatcher(standing);
      await own.destroy();
    }
  });

  it('go through a proxy', async () => {
    const proxy = await tunnels();
    const { fetch } = provider({ proxy: proxy.origin });
    expect(await (await fetch('/through')).text()).toBe('{}');
    expect(proxy.seen).toEqual([`CONNECT ${new URL(server.origin).host}`]);
    expect(server.requests.map(({ url }) => url)).toEqual(['/through']);
    proxy.close();
  });

  it('through a proxy are no more than they may be, and are kept', async () => {
    const proxy = await tunnels();
    const { fetch } = provider({ proxy: proxy.origin, maxSockets: 2 });
    await Promise.all(Array.from({ length: 12 }, async () => (await fetch('/')).text()));
    expect([server.requests.length, proxy.seen.length]).toEqual([12, 2]);
    proxy.close();
  });

  it.each(['refuses', 'is silent'] as const)(
    'carry nothing where the proxy %s, so that a POST is sent again',
    async (way) => {
      const proxy = await tunnels(way);
      const http = { proxy: proxy.origin, maxSockets: 2, timeouts: { connect: 50 } };
      const payments = provider(http, { retry: TWO });
      const events = recordEvents(payments);
      const send = () => payments.execute(() => payments.fetch('/', { method: 'POST' }));
      const all = await Promise.all(Array.from({ length: 6 }, () => outcomeOf(send())));
      expect(all.every((ended) => 'error' in ended)).toBe(true);
      expect([events.ofType('retry.scheduled').length, server.requests.length]).toEqual([6, 0]);
      expect(new Set(events.ofType('retry.scheduled').map(({ detail }) => detail['outcome']))).toEqual(
        new Set(['not-sent']),
      );
      proxy.close();
    },
  );

  it('are aborted where a name is never resolved', async () => {
    jest.spyOn(dns, 'lookup').mockImplementation((() => undefined) as unknown as typeof dns.lookup);
    const { fetch } = provider({ baseUrl: 'http://never.test', timeouts: { connect: 30 } });
    expect(await causeOf(fetch('/'))).toMatch(/ConnectTimeoutError/);
  });

  it('are aborted where nothing answers a TLS handshake', async () => {
    const mute = createTcpServer(() => undefined);
    const origin = await listening(mute, 'https');
    const payments = provider({ baseUrl: origin, timeouts: { connect: 30 } });
    expect(await causeOf(payments.fetch('/'))).toMatch(/ConnectTimeoutError/);
    mute.close();
  });

  it('may be silent for no longer than they are allowed to', async () => {
    server.answer = () => undefined;
    const { fetch } = provider({ timeouts: { idle: 50 } });
    expect(await causeOf(fetch('/'))).toMatch(/HeadersTimeoutError/);
  });

  it.each([
    ['a stream of the web', () => new Blob(['part']).stream()],
    [
      'an async iterable',
      async function* () {
        yield Buffer.from('part');
      },
    ],
  ])('carry %s once: the provider’s own failure surfaces', async (_name, make) => {
    server.says(503, { 'retry-after-ms': '1' });
    const payments = provider({}, { retry: TWO });
    const init = { method: 'PUT', body: make() as ReadableStream, duplex: 'half' } as RequestInit;
    expect(await outcomeOf(payments.execute(() => payments.fetch('/file', init)))).toMatchObject({
      value: { status: 503 },
    });
    expect(server.requests.map(({ body }) => body)).toEqual(['part']);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The error beneath one of `fetch`, as text: in Jest's realm Node takes its own for strangers, and keeps no more. */
async function causeOf(request: Promise<unknown>): Promise<string> {
  const ended = await outcomeOf(request);
  return 'error' in ended ? String((ended.error as Error).cause) : 'none';
}

async function listening(server: NetServer, scheme: string) {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that opens tunnels with CONNECT (RFC 9110 §9.3.6), or does not. */
async function tunnels(way: 'opens' | 'refuses' | 'is silent' = 'opens') {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connect', ({ method, url }, client: Socket) => {
    seen.push(`${method} ${url}`);
    sockets.add(client.on('error', () => undefined));
    if (way === 'is silent') return;
    if (way === 'refuses') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const { hostname, port } = new URL(`http://${url}`);
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    sockets.add(onward.on('error', () => undefined));
  });
  const origin = await listening(server, 'http');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { origin, seen, close };
}
