import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { outcomeOf, turn } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

const AT_ONCE = { attempts: 3, backoff: { initial: 1, max: 1 } };

describe('the fetch of a provider', () => {
  let server: HttpServer;
  let elsewhere: HttpServer;
  const providers: ResilientProvider[] = [];

  beforeEach(async () => {
    server = new HttpServer();
    elsewhere = new HttpServer();
    await Promise.all([server.listen(), elsewhere.listen()]);
  });
  afterEach(() => {
    server.close();
    elsewhere.close();
    for (const each of providers.splice(0)) each.close();
  });

  function provider(
    http: ProviderOptions['http'] = {},
    options: ProviderOptions = {},
    clock?: TestClock,
  ): ResilientProvider {
    const given = { http: { baseUrl: `${server.origin}/v1/`, ...http }, ...options };
    const made = createProvider('payments', given, {
      trackCalls: true,
      warn: () => undefined,
      ...(clock && { clock }),
    });
    providers.push(made);
    return made;
  }

  it('calls the base URL with the credential and the headers, unless the caller says otherwise', async () => {
    let token = 'old';
    const { fetch } = provider({ auth: { bearer: () => token }, headers: { 'X-Version': '2' } });
    await fetch('/charges?a=1');
    token = 'new';
    await fetch('charges', { method: 'post', headers: { 'x-version': '3' } });
    await fetch(new Request(`${server.origin}/v2`, { headers: { Authorization: 'its own' } }));
    expect(
      server.requests.map(({ method, url, headers }) => [method, url, headers.authorization, headers['x-version']]),
    ).toEqual([
      ['GET', '/v1/charges?a=1', 'Bearer old', '2'],
      ['POST', '/v1/charges', 'Bearer new', '3'],
      ['GET', '/v2', 'its own', '2'],
    ]);
  });

  it.each([
    ['an absolute URL', (to: string) => to],
    ['a URL without a scheme', (to: string) => to.slice('http:'.length)],
  ])('keeps what is the provider’s from other hosts, named by %s or by a redirect', async (_name, spelled) => {
    const payments = provider({ auth: { header: { name: 'X-Api-Key', value: 'sk_1' } }, headers: { 'X-Tenant': 'a' } });
    server.answer = (_request, response) => response.writeHead(307, { location: `${elsewhere.origin}/away` }).end();
    await payments.execute(
      async () => {
        await payments.fetch(spelled(`${elsewhere.origin}/`), { method: 'POST', body: '{}' });
        await payments.fetch('/redirected', { method: 'POST', body: '{"a":1}' });
      },
      { idempotencyKey: 'order-1' },
    );
    const carried = ({ headers }: { headers: Record<string, unknown> }) =>
      ['x-api-key', 'x-tenant', 'idempotency-key'].map((name) => headers[name]);
    expect(server.requests.map(carried)).toEqual([['sk_1', 'a', 'order-1']]);
    expect(elsewhere.requests.map(carried)).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ]);
    expect(elsewhere.requests[1]).toMatchObject({ method: 'POST', url: '/away', body: '{"a":1}' });
  });

  it('follows a redirect of a POST to a page with a GET, and ends a circle of them', async () => {
    const { fetch } = provider();
    server.answer = ({ url }, response) =>
      url === '/v1/done' ? response.end('done') : response.writeHead(303, { location: '/v1/done' }).end();
    const response = await fetch('/charges', { method: 'POST', body: '{}' });
    expect([await response.text(), server.methods]).toEqual(['done', ['POST', 'GET']]);
    server.answer = (_request, answer) => answer.writeHead(302, { location: '/v1/again' }).end();
    await expect(fetch('/again')).rejects.toMatchObject({ cause: { code: 'ERR_FR_TOO_MANY_REDIRECTS' } });
    expect((await fetch('/again', { redirect: 'manual' })).status).toBe(302);
  });

  it('sends the key of the call with what changes something, repeated with the same key', async () => {
    const payments = provider({}, { retry: AT_ONCE });
    server.drops();
    const charge = async () => {
      await payments.fetch('/look');
      return payments.fetch('/charges', { method: 'POST', body: '{}' });
    };
    server.answer = (request, response) => (request.method === 'GET' ? response.end() : request.socket.destroy());
    await outcomeOf(payments.execute(charge, { idempotencyKey: 'order-1' }));
    const keys = server.requests.map(({ method, headers }) => `${method} ${String(headers['idempotency-key'])}`);
    expect(keys).toEqual([
      'GET undefined',
      'POST order-1',
      'GET undefined',
      'POST order-1',
      'GET undefined',
      'POST order-1',
    ]);
  });

  it.each([
    [undefined, 'its own'],
    [true, 'order-1'],
  ])('leaves a key that stands there already, unless it is to be replaced: %p', async (replace, expected) => {
    const payments = provider({}, { idempotency: { replace } as ProviderOptions['idempotency'] & object });
    const init = { method: 'POST', headers: { 'idempotency-key': 'its own' } };
    await payments.execute(() => payments.fetch('/', init), { idempotencyKey: 'order-1' });
    expect(server.requests[0]!.headers['idempotency-key']).toBe(expected);
  });

  it('sends no key and no signal of a call that has ended: its key is no other request’s', async () => {
    const payments = provider();
    let begin = () => undefined as unknown;
    let after: Promise<unknown> | undefined;
    await payments.execute(
      () => {
        after = new Promise((resolve) => (begin = () => resolve(undefined))).then(() =>
          payments.fetch('/charges', { method: 'POST' }),
        );
        return 'done';
      },
      { idempotencyKey: 'order-1' },
    );
    begin();
    await after;
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
  });

  it('sends a body that can be read once only once: the provider’s failure surfaces', async () => {
    const payments = provider({}, { retry: AT_ONCE });
    server.says(503, { 'retry-after-ms': '1' });
    const body = Readable.from(['part'], { objectMode: false });
    const upload = payments.execute(() =>
      payments.fetch('/file', {
        method: 'PUT',
        body: body as unknown as ReadableStream,
        duplex: 'half',
      } as RequestInit),
    );
    expect((await upload).status).toBe(503);
    expect(server.requests.map(({ body: sent }) => sent)).toEqual(['part']);
    await outcomeOf(payments.execute(() => payments.fetch('/file', { method: 'PUT', body: 'whole' })));
    expect(server.requests.slice(1).map(({ body: sent }) => sent)).toEqual(['whole', 'whole', 'whole']);
  });

  it('sends a request object again with its body', async () => {
    const payments = provider({}, { retry: AT_ONCE });
    server.says(503, { 'retry-after-ms': '1' });
    const request = new Request(`${server.origin}/v1/file`, { method: 'PUT', body: 'whole' });
    await outcomeOf(payments.execute(() => payments.fetch(request)));
    expect(server.requests.map(({ body }) => body)).toEqual(['whole', 'whole', 'whole']);
  });

  it.each([
    [
      'announced',
      (response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-length': '2000' }).end('x'.repeat(2000)),
    ],
    [
      'of no known length',
      (response: import('node:http').ServerResponse) => response.writeHead(200).end('x'.repeat(2000)),
    ],
    [
      'packed',
      (response: import('node:http').ServerResponse) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(2000))),
    ],
  ])('fails where an answer is larger than it may be, and is not repeated: %s', async (_name, answer) => {
    const payments = provider({ maxResponseBytes: 1000 }, { retry: AT_ONCE });
    server.answer = (_request, response) => answer(response);
    const read = payments.execute(async () => (await payments.fetch('/')).text());
    await expect(read).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    expect(server.requests).toHaveLength(1);
    server.answer = (_request, response) => response.end('small');
    const response = await payments.fetch('/');
    expect([await response.text(), response.url]).toEqual(['small', `${server.origin}/v1/`]);
  });

  it('aborts with the call and with a signal of the caller’s own, which it then listens to no longer', async () => {
    const clock = new TestClock();
    const payments = provider({}, { timeout: { attempt: 50 } }, clock);
    const own = new AbortController();
    await (await payments.execute(() => payments.fetch('/', { signal: own.signal }))).text();
    server.answer = () => undefined;
    const late = outcomeOf(payments.execute(() => payments.fetch('/', { signal: own.signal })));
    await server.seen(2);
    await clock.advance(50);
    expect(await late).toMatchObject({ error: { code: 'TIMEOUT' } });
    await turn();
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
    const left = payments.fetch('/', { signal: own.signal });
    own.abort(new Error('the user left'));
    await expect(left).rejects.toThrow('the user left');
  });

  it('observes what answers say about rate limits, inside and outside of a call', async () => {
    server.says(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' });
    for (const call of [true, false]) {
      const payments = provider({}, { rateLimit: { limit: 100 } });
      await (call ? payments.execute(() => payments.fetch('/')) : payments.fetch('/'));
      expect(await outcomeOf(payments.execute(() => 1))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    }
  });

  it('leaves no connection waiting for a reader of what a retry threw away', async () => {
    const payments = provider({ maxSockets: 2 }, { retry: { ...AT_ONCE, budget: false }, timeout: { attempt: '5s' } });
    let requests = 0;
    server.answer = (_request, response) => {
      response.writeHead(++requests % 3 === 0 ? 200 : 503, { 'retry-after-ms': '0' }).end('x'.repeat(300_000));
    };
    for (let i = 0; i < 8; i++) {
      const answer = await payments.execute(async () => {
        const response = await payments.fetch('/');
        if (!response.ok) throw new Error(`status ${response.status}`);
        return response;
      });
      expect((await answer.text()).length).toBe(300_000);
    }
    expect(requests).toBe(24);
  });

  it('carries the running trace on, where a tracer runs', async () => {
    const registry = globalThis as Record<symbol, unknown>;
    const api = Symbol.for('opentelemetry.js.api.1');
    const inject = (_context: unknown, carrier: object, setter: { set(c: object, n: string, v: string): void }) =>
      setter.set(carrier, 'traceparent', '00-1-2-01');
    registry[api] = { context: { active: () => ({}) }, propagation: { inject } };
    await provider().fetch('/');
    delete registry[api];
    await provider().fetch('/');
    expect(server.requests.map(({ headers }) => headers['traceparent'])).toEqual(['00-1-2-01', undefined]);
  });

  it('raises what is no URL before anything is sent, and the circuit stays closed', async () => {
    const payments = provider({}, { circuitBreaker: { window: { consecutive: 1 } }, retry: AT_ONCE });
    for (const url of ['http://', 'http://a b/']) await outcomeOf(payments.execute(() => payments.fetch(url)));
    expect([payments.circuitBreaker!.state, server.requests.length]).toEqual(['closed', 0]);
  });
});
