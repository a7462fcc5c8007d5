import { Agent, createServer, request as httpRequest, type ClientRequestArgs, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { EnvHttpProxyAgent, request as undiciRequest, type Dispatcher } from 'undici';
import { createProvider, type OutcomeKind } from '../src/index.js';
import { networkError, outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;
const PROVIDER = 'http://api.payments.test';

function mapped(): never {
  throw new Error('failed');
}

/** Clients that go through a proxy at this address, and whose errors say nothing. */
const CLIENTS: [string, (proxy: URL) => { send: () => Promise<unknown>; close: () => unknown }][] = [
  [
    'undici’s agent for proxies of the environment',
    (proxy) => {
      const dispatcher: Dispatcher = new EnvHttpProxyAgent({ httpProxy: proxy.href, noProxy: '' });
      const send = async () => {
        const { statusCode, body } = await undiciRequest(PROVIDER, { method: 'POST', dispatcher }).catch(mapped);
        await body.text();
        return statusCode < 400 ? undefined : mapped();
      };
      return { send, close: () => dispatcher.destroy() };
    },
  ],
  [
    'a request for an absolute URL, as axios sends it',
    (proxy) => ({
      send: () => viaNode({ host: proxy.hostname, port: proxy.port, path: `${PROVIDER}/` }),
      close: () => 0,
    }),
  ],
];

function viaNode(options: ClientRequestArgs): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const headers = { host: new URL(PROVIDER).host };
    const sent = httpRequest({ method: 'POST', headers, ...options }, (response) => {
      void text(response).then((body) => (response.statusCode! < 400 ? resolve(body) : reject(new Error('failed'))));
    });
    sent.on('error', () => reject(new Error('failed'))).end();
  });
}

/** The outcomes of a POST without a key, and how often it was tried. */
async function tryOut(send: () => Promise<unknown>) {
  const kinds = new Set<OutcomeKind>();
  const provider = createProvider(
    'payments',
    { retry: RETRY, http: { baseUrl: PROVIDER }, classify: (_result, { standard }) => void kinds.add(standard().kind) },
    { trackCalls: true },
  );
  let attempts = 0;
  await outcomeOf(provider.execute(() => (attempts++, send())));
  provider.close();
  return { attempts, kinds: [...kinds] };
}

describe.each(CLIENTS)('a proxy, reached by %s', (_name, client) => {
  const closing: (() => unknown)[] = [];
  afterEach(() => void closing.splice(0).forEach((close) => close()));

  /** A proxy that opens tunnels to a provider, or forwards to it. */
  async function proxied(answer: RequestListener): Promise<() => Promise<unknown>> {
    const provider = new HttpServer();
    provider.answer = answer;
    await provider.listen();
    closing.push(() => provider.close());
    const target = new URL(provider.origin);
    const proxy = createServer((asked, response) => {
      const { method, url } = asked;
      const onward = httpRequest({ method, path: url, host: target.hostname, port: target.port }, (from) => {
        response.writeHead(from.statusCode!);
        from.pipe(response);
      });
      onward.on('error', () => asked.socket.destroy());
      asked.pipe(onward);
    });
    proxy.on('connect', (_asked, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      provider.take(socket);
    });
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => (proxy.close(), proxy.closeAllConnections()));
    return reached(new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`));
  }

  function reached(proxy: URL): () => Promise<unknown> {
    const { send, close } = client(proxy);
    closing.unshift(close);
    return send;
  }

  it('hides no POST of unknown outcome: it goes out once', async () => {
    expect(await tryOut(await proxied(({ socket }) => socket.destroy()))).toEqual({ attempts: 1, kinds: ['unknown'] });
  });

  it('hides no refusal of the provider', async () => {
    const send = await proxied((_request, response) => response.writeHead(404).end());
    expect(await tryOut(send)).toEqual({ attempts: 1, kinds: ['permanent'] });
  });

  it('that wants a credential of its own has sent nothing on', async () => {
    const proxy = createServer((_asked, response) => response.writeHead(407).end());
    proxy.on('connect', (_asked, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
    await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
    closing.push(() => (proxy.close(), proxy.closeAllConnections()));
    const send = reached(new URL(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`));
    expect(await tryOut(send)).toEqual({ attempts: 3, kinds: ['not-sent'] });
  });

  it('that is not there has sent nothing', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => void gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as AddressInfo;
    await new Promise((resolve) => gone.close(resolve));
    expect(await tryOut(reached(new URL(`http://127.0.0.1:${port}`)))).toEqual({ attempts: 3, kinds: ['not-sent'] });
  });
});

describe('an agent of the user’s', () => {
  it('that makes no connection, as those for proxies do, has sent nothing', async () => {
    class NoAgent extends Agent {
      override createConnection(...[, connected]: Parameters<Agent['createConnection']>): undefined {
        setImmediate(() => connected?.(networkError('ECONNREFUSED', { syscall: 'connect' }), new Duplex()));
      }
    }
    const agent = new NoAgent();
    expect((await tryOut(() => viaNode({ agent, host: '127.0.0.1' }))).attempts).toBe(3);
  });
});
