import type { RequestListener } from 'node:http';
import tls, { type ConnectionOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FilesApplication } from './files-application.fixture.js';
import { localProvider, localProxy, type LocalServer } from './http-client.fixture.js';

const THREE = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;
/** TLS with a key that both sides know, in place of a certificate. */
const SHARED = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
const psk = Buffer.from('a key of sixteen');
const ok: RequestListener = (_request, response) => response.end('{}');

describe('a provider behind a proxy', () => {
  const servers: LocalServer[] = [];
  const application = new FilesApplication();

  beforeEach(() => {
    const connect = tls.connect.bind(tls) as (options: ConnectionOptions) => tls.TLSSocket;
    const trusting = (options: ConnectionOptions) =>
      connect({
        ...options,
        ...SHARED,
        pskCallback: () => ({ identity: 'spec', psk }),
        checkServerIdentity: () => undefined,
      });
    jest.spyOn(tls, 'connect').mockImplementation(trusting as typeof tls.connect);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await application.close();
    for (const each of servers.splice(0)) each.close();
  });

  async function provider(answer: RequestListener): Promise<LocalServer> {
    const server = await localProvider(answer, { ...SHARED, pskCallback: () => psk });
    servers.push(server);
    return server;
  }

  async function proxied(tunnels?: 'opens' | 'refuses' | 'is silent'): Promise<LocalServer> {
    const proxy = await localProxy(tunnels);
    servers.push(proxy);
    return proxy;
  }

  it('is reached through as many tunnels as there may be connections, which are kept', async () => {
    const server = await provider((_request, response) => setImmediate(() => response.end('{}')));
    const proxy = await proxied();
    const { axios } = await application.start({ baseUrl: server.origin, proxy: proxy.origin, maxSockets: 2 });
    await Promise.all(Array.from({ length: 12 }, () => axios.post('/', { a: 'x'.repeat(100_000) })));
    expect([server.seen.length, proxy.seen.length, proxy.sockets.size]).toEqual([12, 2, 2]);
    expect(server.seen.every(({ body }) => body.length > 100_000)).toBe(true);
  });

  it('does not see the credential of the proxy, nor the proxy its own', async () => {
    const server = await provider(ok);
    const proxy = await proxied();
    const withCredential = proxy.origin.replace('//', '//shop:p%40ss@');
    const { axios } = await application.start({
      baseUrl: server.origin,
      proxy: withCredential,
      auth: { bearer: 'sk' },
    });
    await axios.get('/');
    const basic = `Basic ${Buffer.from('shop:p@ss').toString('base64')}`;
    expect(proxy.seen[0]?.headers).toMatchObject({ 'proxy-authorization': basic });
    expect(proxy.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer sk', host: new URL(server.origin).host });
    expect(server.seen[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.each(['refuses', 'is silent'] as const)(
    'was certainly sent nothing where the proxy %s: a POST is sent again, and what waits for a connection goes on',
    async (way) => {
      const server = await provider(ok);
      const proxy = await proxied(way);
      const { files, axios } = await application.start(
        { baseUrl: server.origin, proxy: proxy.origin, maxSockets: 2, timeouts: { connect: 300 } },
        { retry: THREE },
      );
      const all = await Promise.allSettled(Array.from({ length: 6 }, () => files.execute(() => axios.post('/'))));
      expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'rejected'));
      expect([proxy.seen.length, server.seen.length]).toEqual([18, 0]);
      expect(String((all[0] as PromiseRejectedResult).reason)).toMatch(
        way === 'refuses' ? /The proxy opened no tunnel: it answered 407/ : /no connection within 300 ms/,
      );
    },
  );

  it('was certainly sent nothing where there is no proxy', async () => {
    const gone = await proxied();
    gone.close();
    const { files, axios } = await application.start(
      { baseUrl: 'https://files.test', proxy: gone.origin },
      { retry: THREE },
    );
    let attempts = 0;
    await expect(files.execute(() => (attempts++, axios.post('/')))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(attempts).toBe(3);
  });

  it('may be silent in a tunnel for no longer than it is allowed to', async () => {
    const server = await provider((_request, response) => response.write('first'));
    const proxy = await proxied();
    const { axios } = await application.start({ baseUrl: server.origin, proxy: proxy.origin, timeouts: { idle: 50 } });
    await expect(axios.get('/')).rejects.toThrow(/silent for 50 ms|aborted/);
  });

  it('has its tunnel closed with a request that is aborted', async () => {
    const server = await provider((_request, response) => response.write('first'));
    const proxy = await proxied();
    const { files, axios } = await application.start(
      { baseUrl: server.origin, proxy: proxy.origin },
      { timeout: { attempt: '1s' } },
    );
    await expect(files.execute(() => axios.get('/'))).rejects.toMatchObject({ code: 'TIMEOUT' });
    const [connection] = proxy.sockets;
    if (connection?.destroyed === false) await new Promise((resolve) => connection.once('close', resolve));
    expect(connection?.destroyed).toBe(true);
  });

  it('may lead from https to http and back: through the proxy, each in its own way', async () => {
    const plain = await localProvider((_request, response) =>
      response.writeHead(302, { location: `${server.origin}/end` }).end(),
    );
    servers.push(plain);
    const server = await provider(({ url }, response) =>
      url === '/end' ? response.end('{"a":1}') : response.writeHead(302, { location: `${plain.origin}/plain` }).end(),
    );
    const proxy = await proxied();
    const { axios } = await application.start({ baseUrl: server.origin, proxy: proxy.origin });
    expect((await axios.get('/start')).data).toEqual({ a: 1 });
    const { host } = new URL(server.origin);
    expect(proxy.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `CONNECT ${host}`,
      `GET ${plain.origin}/plain`,
      `CONNECT ${host}`,
    ]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/start', '/end']);
  });
});
