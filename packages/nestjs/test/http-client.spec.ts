import dns from 'node:dns';
import { Agent, type RequestListener } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import FormData from 'form-data';
import { FilesApplication } from './files-application.fixture.js';
import { localProvider, localProxy, type LocalServer } from './http-client.fixture.js';

const THREE = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;
const gzipped: RequestListener = (_request, response) =>
  response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(20_000)));
const announced: RequestListener = (_request, response) =>
  response.writeHead(200, { 'content-length': '20000' }).end('x'.repeat(20_000));
const chunked: RequestListener = (_request, response) => {
  response.write('x'.repeat(10_000));
  response.end('x'.repeat(10_000));
};

describe('the HTTP client of a provider, on the wire', () => {
  const servers: LocalServer[] = [];
  const application = new FilesApplication();

  afterEach(async () => {
    jest.restoreAllMocks();
    await application.close();
    for (const each of servers.splice(0)) each.close();
  });

  async function provider(answer: RequestListener): Promise<LocalServer> {
    const server = await localProvider(answer);
    servers.push(server);
    return server;
  }

  it('puts the key of the call in the body where the provider expects it, in every attempt', async () => {
    const server = await provider((request) => request.socket.destroy());
    const { files, axios } = await application.start(
      { baseUrl: server.origin },
      { retry: THREE, idempotency: { body: 'meta.key' } },
    );
    const data = { amount: 1 };
    const send = () => axios.post('/', data);
    await expect(files.execute(send, { idempotencyKey: 'order-1' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(server.seen.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      Array.from({ length: 3 }, () => ({ amount: 1, meta: { key: 'order-1' } })),
    );
    expect(data).toEqual({ amount: 1 });
  });

  describe.each([
    ['packed', gzipped],
    ['announced', announced],
    ['of no known length', chunked],
  ])('an answer that is larger than it may be, %s,', (_name, answer) => {
    it('fails, is not repeated, and is nothing that the circuit counts', async () => {
      const server = await provider(answer);
      const { files, axios } = await application.start(
        { baseUrl: server.origin, maxResponseBytes: 15_000 },
        { retry: THREE },
      );
      await expect(files.execute(() => axios.get('/'))).rejects.toThrow(/maxContentLength size of 15000 exceeded/);
      expect(server.seen).toHaveLength(1);
    });

    it('fails as a stream, once more has come', async () => {
      const server = await provider(answer);
      const { files, axios } = await application.start(
        { baseUrl: server.origin, maxResponseBytes: 15_000 },
        { retry: THREE },
      );
      const read = files.execute(async () => {
        const { data } = await axios.get<Readable>('/', { responseType: 'stream' });
        return text(data);
      });
      await expect(read).rejects.toThrow(/15000/);
      expect(server.seen).toHaveLength(1);
    });

    it('is read whole where it is small enough', async () => {
      const server = await provider(answer);
      const { axios } = await application.start({ baseUrl: server.origin, maxResponseBytes: 20_000 });
      const { data } = await axios.get<Readable>('/', { responseType: 'stream' });
      expect([(await text(data)).length, (await axios.get<string>('/')).data.length]).toEqual([20_000, 20_000]);
    });
  });

  it.each([
    ['a stream', () => Readable.from([Buffer.from('part')])],
    [
      'an async iterable',
      () =>
        Readable.from(
          (async function* () {
            yield 'part';
          })(),
        ),
    ],
    [
      'a form of form-data',
      () => {
        const form = new FormData();
        form.append('file', Buffer.from('part'), 'a.bin');
        return form;
      },
    ],
  ])('sends %s once: the provider’s own failure surfaces', async (_name, body) => {
    const server = await provider((_request, response) => response.writeHead(503, { 'retry-after': '0' }).end('busy'));
    const { files, axios } = await application.start({ baseUrl: server.origin }, { retry: THREE });
    const given = body();
    const upload = files.execute(() => axios.put('/file', given));
    await expect(upload).rejects.toMatchObject({ response: { status: 503 } });
    expect(server.seen.map((each) => each.body)).toEqual([expect.stringContaining('part')]);
  });

  it('sends no key of a call that has ended: its key is no other request’s', async () => {
    const server = await provider((_request, response) => response.end('{}'));
    const { files, axios } = await application.start({ baseUrl: server.origin }, { idempotency: true });
    let begin = () => undefined as unknown;
    let after: Promise<unknown> | undefined;
    await files.execute(
      () => {
        after = new Promise((resolve) => (begin = () => resolve(undefined))).then(() => axios.post('/charges'));
        return 'done';
      },
      { idempotencyKey: 'order-1' },
    );
    begin();
    await after;
    expect(server.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
  });

  it('sends once what a nested call has sent that can be read only once', async () => {
    const server = await provider((_request, response) => response.writeHead(503, { 'retry-after': '0' }).end('busy'));
    const { files, axios } = await application.start({ baseUrl: server.origin }, { retry: THREE });
    const given = Readable.from([Buffer.from('part')]);
    const upload = files.execute(() => files.execute(() => axios.put('/file', given)));
    await expect(upload).rejects.toMatchObject({ response: { status: 503 } });
    expect(server.seen).toHaveLength(1);
  });

  it('sends again what can be read again: text, bytes and forms of the web', async () => {
    const server = await provider((_request, response) => response.writeHead(503, { 'retry-after': '0' }).end('busy'));
    const { files, axios } = await application.start({ baseUrl: server.origin }, { retry: THREE });
    const form = new globalThis.FormData();
    form.append('file', new Blob(['part']), 'a.bin');
    for (const body of ['part', Buffer.from('part'), form]) {
      await expect(files.execute(() => axios.put('/file', body))).rejects.toMatchObject({ response: { status: 503 } });
    }
    expect(server.seen.filter((each) => each.body.includes('part'))).toHaveLength(9);
  });

  it('leaves no socket waiting for a reader of a streamed answer that a retry threw away', async () => {
    let requests = 0;
    const server = await provider((_request, response) => {
      response.writeHead(++requests % 3 === 0 ? 200 : 503, { 'retry-after-ms': '0' }).end('x'.repeat(300_000));
    });
    const { files, axios } = await application.start(
      { baseUrl: server.origin, maxSockets: 2 },
      { retry: THREE, timeout: { attempt: '5s' } },
    );
    for (let i = 0; i < 6; i++) {
      const { data } = await files.execute(() => axios.get<Readable>('/', { responseType: 'stream' }));
      expect((await text(data)).length).toBe(300_000);
    }
    expect(requests).toBe(18);
  });

  it('opens no more connections than it may, and keeps them', async () => {
    let open = 0;
    let most = 0;
    const server = await provider((_request, response) => {
      most = Math.max(most, ++open);
      setImmediate(() => {
        open--;
        response.end('{}');
      });
    });
    const { axios } = await application.start({ baseUrl: server.origin, maxSockets: 2 });
    await Promise.all(Array.from({ length: 12 }, () => axios.get('/')));
    expect([server.seen.length, server.sockets.size, most <= 2]).toEqual([12, 2, true]);
  });

  it('sends over the user’s own agent', async () => {
    const server = await provider((_request, response) => response.end('{}'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { axios } = await application.start({ baseUrl: server.origin, agent });
    await Promise.all([axios.get('/'), axios.get('/'), axios.get('/')]);
    expect([server.seen.length, server.sockets.size, Object.keys(agent.freeSockets).length]).toEqual([3, 1, 1]);
    agent.destroy();
  });

  it('sends through a proxy what is for http, and opens a tunnel for https', async () => {
    const server = await provider((_request, response) => response.end('{"a":1}'));
    const proxy = await localProxy();
    servers.push(proxy);
    const { axios } = await application.start({ baseUrl: server.origin, proxy: proxy.origin });
    expect((await axios.get('/through')).data).toEqual({ a: 1 });
    const { host } = new URL(server.origin);
    // The server at the end of the tunnel speaks no TLS.
    await expect(axios.get(`https://${host}/tunnel`)).rejects.toThrow(/SSL|EPROTO|TLS/);
    expect(proxy.seen).toMatchObject([
      { method: 'GET', url: `${server.origin}/through` },
      { method: 'CONNECT', url: host },
    ]);
    expect(server.seen.map(({ url }) => url)).toEqual(['/through']);
  });

  it.each(
    ['//', 'http://', 'ftp://files.test/x', 'http://127.0.0.1:99999/'].flatMap(
      (url) =>
        [
          [url, false],
          [url, true],
        ] as const,
    ),
  )(
    'sends nothing to %j, which is the mistake of who asks for it: neither repeated nor counted, with a cache: %p',
    async (url, cache) => {
      const { files, axios } = await application.start(
        { baseUrl: 'http://files.test', cache },
        { retry: THREE, circuitBreaker: { window: { consecutive: 2 } } },
      );
      let attempts = 0;
      for (let i = 0; i < 4; i++) {
        await expect(files.execute(() => (attempts++, axios.get(url)))).rejects.toThrow(/Invalid URL|protocol/);
        await expect(files.execute(() => (attempts++, files.fetch(url)))).rejects.toThrow(
          /Invalid URL|Requests go to http/,
        );
      }
      expect([attempts, files.circuitBreaker!.state]).toEqual([8, 'closed']);
    },
  );

  it('limits how long making a connection takes: a name that is never resolved', async () => {
    const { axios, files } = await application.start(
      { baseUrl: 'http://never.test', timeouts: { connect: 30 } },
      { retry: THREE },
    );
    const lookup = jest.spyOn(dns, 'lookup').mockImplementation((() => undefined) as unknown as typeof dns.lookup);
    await expect(files.execute(() => axios.post('/'))).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    // Nothing was sent, so that a POST may be repeated.
    expect(lookup).toHaveBeenCalledTimes(3);
  });

  it('limits how long making a connection takes: a TLS handshake that nothing answers', async () => {
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as AddressInfo;
    const { axios } = await application.start({ baseUrl: `https://127.0.0.1:${port}`, timeouts: { connect: 30 } });
    await expect(axios.get('/', { timeout: 2000 })).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    mute.close();
  });

  it.each([undefined, 0])(
    'limits how long an open connection may be silent, redirects followed or not: %p',
    async (maxRedirects) => {
      const server = await provider((_request, response) => response.write('first'));
      const { axios } = await application.start({ baseUrl: server.origin, timeouts: { idle: 50 } });
      const options = maxRedirects === undefined ? {} : { maxRedirects };
      await expect(axios.get('/', options)).rejects.toThrow(/silent for 50 ms|aborted/);
    },
  );

  it('draws from the rate limit with each request rather than each call, where the settings say so', async () => {
    const server = await provider((_request, response) => response.end('{}'));
    const http = { baseUrl: server.origin, limitEachRequest: true };
    const { files, axios } = await application.start(http, { rateLimit: { limit: 3, per: '1h' } });
    const read = (pages: number) => async () => {
      for (let page = 0; page < pages; page++) await axios.get('/', { params: { page } });
    };
    await files.execute(read(2));
    await expect(files.execute(read(2))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect([server.seen.length, files.rateLimit!.snapshot().admitted]).toEqual([3, 3]);
  });

  it('follows the settings in whether each request draws', async () => {
    const server = await provider((_request, response) => response.end('{}'));
    const { resilience, files, axios } = await application.start(
      { baseUrl: server.origin },
      { rateLimit: { limit: 3, per: '1h' } },
    );
    const twice = async () => void (await Promise.all([axios.get('/'), axios.get('/')]));
    await files.execute(twice);
    resilience.reconfigure('files', { http: { limitEachRequest: true } });
    await files.execute(twice);
    expect(files.rateLimit!.snapshot().admitted).toBe(3);
  });

  it('prints no credential where a stream fails', async () => {
    const server = await provider(chunked);
    const { axios } = await application.start({
      baseUrl: server.origin,
      maxResponseBytes: 15_000,
      auth: { bearer: 'sk_secret' },
    });
    const { data } = await axios.get<Readable>('/', { responseType: 'stream' });
    const error = await text(data).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 10 }) + JSON.stringify(error)).not.toContain('sk_secret');
  });
});
