import { isAxiosError } from 'axios';
import { ResilienceConfigurationError } from '@breakwater/core';
import { createHttpService } from '../../src/clients/http/create-http-service.js';
import { startResilience } from '../start-resilience.fixture.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CachingClients } from './caching-clients.fixture.js';

const FRESH = { 'cache-control': 'max-age=60' };
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

describe('the forms of a kept answer', () => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  describe('as fetch has it', () => {
    it('are a response of its own each time, with its URL, that can be cloned and read once', async () => {
      const { provider } = await clients.start('fetch');
      clients.server.answer = (_request, response) => response.writeHead(200, FRESH).end(BYTES);
      for (let i = 0; i < 2; i++) {
        const response = await provider.fetch('/picture');
        expect([response.url, response.ok, response.redirected]).toEqual([
          `${clients.server.origin}/picture`,
          true,
          false,
        ]);
        const clone = response.clone();
        const read = Buffer.from(await response.arrayBuffer());
        expect(read.equals(BYTES)).toBe(true);
        // The reader's own copy.
        read.fill(0);
        expect(clone.url).toBe(response.url);
        expect(Buffer.from(await clone.arrayBuffer()).equals(BYTES)).toBe(true);
        await expect(response.text()).rejects.toThrow('already been read');
      }
      expect(clients.server.requests).toHaveLength(1);
    });

    it('keep each hop of a redirect by itself', async () => {
      const { provider } = await clients.start('fetch');
      clients.server.answer = (request, response) =>
        request.url === '/old'
          ? response.writeHead(301, { ...FRESH, location: '/new' }).end()
          : clients.server.send(request, response);
      await provider.fetch('/old');
      const { url } = await provider.fetch('/old');
      expect(url).toBe(`${clients.server.origin}/new`);
      expect(clients.server.requests.map(({ url: asked }) => asked)).toEqual(['/old', '/new', '/new']);
    });

    it('reject where only what is kept was asked for, and nothing is', async () => {
      const { provider } = await clients.start('fetch');
      const init = { cache: 'only-if-cached' } as RequestInit;
      await expect(provider.fetch('/', init)).rejects.toThrow('fetch failed');
    });

    it('let the body of one that is not kept be read by its caller, and end with its abort', async () => {
      const { provider } = await clients.start('fetch');
      clients.server.answer = (_request, response) => {
        response.writeHead(200, { 'cache-control': 'no-store' });
        response.write('begun');
      };
      const caller = new AbortController();
      const { body } = await provider.execute(() => provider.fetch('/', { signal: caller.signal }));
      const reader = body!.getReader();
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('begun');
      caller.abort(new Error('the reader left'));
      await expect(reader.read()).rejects.toThrow('the reader left');
    });
  });

  describe('as axios has it', () => {
    async function axios() {
      const { parts } = startResilience({
        clock: clients.clock,
        logger: false,
        providers: { shop: { http: { baseUrl: clients.server.origin, cache: true } } },
      });
      return (await createHttpService(parts, 'shop')).axiosRef;
    }

    it('are parsed, text or bytes, as each request wants them', async () => {
      const http = await axios();
      clients.server.answer = (_request, response) => response.writeHead(200, FRESH).end('\uFEFF{"a":1}');
      const forms: unknown[] = [];
      for (let i = 0; i < 2; i++) {
        const parsed = await http.get<{ a: number }>('/');
        expect(parsed.data).toEqual({ a: 1 });
        parsed.data.a = 2;
        forms.push(
          (await http.get('/', { responseType: 'text', transformResponse: (data: string) => `<${data}>` })).data,
        );
        const bytes = (await http.get<Buffer>('/', { responseType: 'arraybuffer' })).data;
        forms.push(bytes.length);
        bytes.fill(0);
      }
      expect(forms).toEqual(['<{"a":1}>', 10, '<{"a":1}>', 10]);
      expect(clients.server.requests).toHaveLength(1);
    });

    it('reject as a live answer would, by the status that the request takes', async () => {
      const http = await axios();
      clients.server.answer = (_request, response) => response.writeHead(404, FRESH).end('{"no":"such"}');
      for (let i = 0; i < 2; i++) {
        const error: unknown = await http.get('/').catch((thrown: unknown) => thrown);
        expect(isAxiosError(error)).toBe(true);
        expect(error).toMatchObject({ code: 'ERR_BAD_REQUEST', response: { status: 404, data: { no: 'such' } } });
      }
      expect((await http.get('/', { validateStatus: () => true })).status).toBe(404);
      expect(clients.server.requests).toHaveLength(1);
    });

    it('pass a stream by', async () => {
      const http = await axios();
      clients.server.gives(FRESH);
      for (let i = 0; i < 2; i++) (await http.get<{ resume(): void }>('/', { responseType: 'stream' })).data.resume();
      expect(clients.server.requests).toHaveLength(2);
    });

    it('are told apart by parameters, and by a user and password of the request', async () => {
      const http = await axios();
      clients.server.gives(FRESH);
      const requests = [{ params: { a: 1 } }, { params: { a: 2 } }, { auth: { username: 'u', password: 'p' } }, {}];
      for (let i = 0; i < 2; i++) for (const each of requests) await http.get('/', each);
      expect(clients.server.requests).toHaveLength(4);
    });

    it('are not kept where a redirect was followed out of sight', async () => {
      const http = await axios();
      clients.server.answer = (request, response) =>
        request.url === '/old'
          ? response.writeHead(302, { location: '/new' }).end()
          : clients.server.send(request, response, FRESH);
      for (let i = 0; i < 2; i++) await http.get('/old');
      expect(clients.server.requests).toHaveLength(4);
    });
  });

  it('follow settings that are faulty nowhere', async () => {
    const started = (cache: unknown) =>
      startResilience({ providers: { shop: { http: { baseUrl: 'http://a.example', cache } } } } as never).parts.faults;
    expect(started({ staleIfError: '1h', ignoreHeaders: ['X-Source'] })).toEqual([]);
    expect(started(false)).toEqual([]);
    for (const wrong of ['yes', { ttl: -1 }, { heuristic: 2 }, { ignoreHeaders: ['X-Api-Key'] }, { maxEntryBytes: 0 }])
      expect(started(wrong)).toHaveLength(1);
    expect(() => {
      throw new ResilienceConfigurationError(started({ ttl: 'soon' }));
    }).toThrow(/http\.cache\.ttl/);
    await clients.close();
  });
});
