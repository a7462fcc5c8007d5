import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { HttpService } from '@nestjs/axios';
import { ResilienceConfigurationError } from '@breakwater/core';
import { LiveProvider } from '@breakwater/core/adapter';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { startResilience } from '../../../test/start-resilience.fixture.js';
import { secret } from '../../config/fields/secret.js';
import { Idempotent } from '../../decorators/idempotent.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { Retry } from '../../decorators/retry.decorator.js';
import { Timeout } from '../../decorators/timeout.decorator.js';
import { getHttpToken } from '../../inject/get-http-token.js';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import type { HttpOptions } from './http.options.js';
import { InjectHttp } from './inject-http.decorator.js';

@Injectable()
@Resilient('payments')
class PaymentsClient {
  constructor(@InjectHttp('payments') readonly http: HttpService) {}

  @Retry({ attempts: 3, backoff: { initial: 0 } })
  @Idempotent({ key: (id: string) => id })
  async charge(id: string): Promise<unknown> {
    return (await firstValueFrom(this.http.post('/charges', { id }))).data;
  }

  @Idempotent({ key: (id: string) => id, header: 'X-Refund-Key' })
  async refund(id: string): Promise<void> {
    await firstValueFrom(this.http.post('/refunds', { id }));
  }

  @Idempotent({ key: (id: string) => id })
  async capture(id: string): Promise<void> {
    await firstValueFrom(this.http.post('/captures', { id }));
  }

  @Idempotent({ key: (id: string) => id })
  async look(id: string): Promise<void> {
    await firstValueFrom(this.http.get(`/charges/${id}`));
    await firstValueFrom(this.http.post('/looks', {}, { headers: { 'idempotency-key': 'its own' } }));
  }

  @Retry({ attempts: 3, backoff: { initial: 0 } })
  @Timeout({ attempt: 50 })
  async unkeyed(method: 'get' | 'post'): Promise<void> {
    await firstValueFrom(this.http.request({ method, url: '/unkeyed' }));
  }

  @Timeout({ attempt: 50 })
  async slow(signal?: AbortSignal): Promise<void> {
    await firstValueFrom(this.http.get('/slow', { ...(signal && { signal }) }));
  }

  @Timeout({ total: '1m' })
  async stream(signal: AbortSignal): Promise<Readable> {
    return (await this.http.axiosRef.get<Readable>('/stream', { signal, responseType: 'stream' })).data;
  }
}

describe('the HTTP client of a provider', () => {
  let server: Server;
  let elsewhere: Server;
  let requests: IncomingMessage[];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let module: TestingModule;

  beforeEach(async () => {
    requests = [];
    answer = (_request, response) => response.end('{}');
    server = await listen((request, response) => {
      requests.push(request);
      answer(request, response);
    });
    elsewhere = await listen((request, response) => {
      requests.push(request);
      response.end('{}');
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await module.close();
    for (const each of [server, elsewhere]) each.closeAllConnections();
    for (const each of [server, elsewhere]) each.close();
  });

  async function start(http: Partial<HttpOptions> = {}, more: { clock?: TestClock } = {}): Promise<PaymentsClient> {
    module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({
          ...more,
          providers: {
            payments: {
              http: { baseUrl: `${origin(server)}/v1`, ...http },
              idempotency: { header: 'X-Idempotency' },
              methods: { capture: { idempotency: { header: 'X-Capture-Key' } } },
            },
            email: { http: { baseUrl: origin(elsewhere) } },
          },
        }),
      ],
      providers: [PaymentsClient],
    }).compile();
    await module.init();
    return module.get(PaymentsClient);
  }

  it('calls the base URL with the configured headers, unless the caller says otherwise', async () => {
    const { http } = await start({ headers: { 'X-Version': '2', 'X-Tenant': 'a' } });
    await firstValueFrom(http.get('/charges', { headers: { 'x-tenant': 'b' } }));
    expect(requests[0]).toMatchObject({ url: '/v1/charges', headers: { 'x-version': '2', 'x-tenant': 'b' } });
  });

  it.each([
    [{ bearer: 'sk_1' }, 'authorization', 'Bearer sk_1'],
    [
      { basic: { username: 'shop', password: 'pässword' } },
      'authorization',
      `Basic ${btoa('shop:p\u00c3\u00a4ssword')}`,
    ],
    [{ header: { name: 'X-Api-Key', value: 'sk_1' } }, 'x-api-key', 'sk_1'],
  ])('sends the credential %j', async (auth, header, value) => {
    const { http } = await start({ auth });
    await firstValueFrom(http.get('/'));
    await firstValueFrom(http.get('/', { headers: { [header]: 'the callers own' } }));
    expect(requests.map(({ headers }) => headers[header])).toEqual([value, 'the callers own']);
  });

  it('reads a secret anew for each request, and fails clearly when it is gone', async () => {
    process.env['HTTP_SPEC_SECRET'] = 'old';
    const { http } = await start({ auth: { bearer: secret('HTTP_SPEC_SECRET') } });
    await firstValueFrom(http.get('/'));
    process.env['HTTP_SPEC_SECRET'] = 'new';
    await firstValueFrom(http.get('/'));
    delete process.env['HTTP_SPEC_SECRET'];
    await expect(firstValueFrom(http.get('/'))).rejects.toThrow(/HTTP_SPEC_SECRET/);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });

  it('keeps the credential from other hosts, named by the caller or by a redirect', async () => {
    const { http } = await start({
      auth: { header: { name: 'X-Api-Key', value: 'sk_1' } },
      headers: { 'X-Tenant': 'a' },
    });
    await firstValueFrom(http.get(`${origin(elsewhere)}/`));
    await firstValueFrom(http.get(`${origin(server)}/next?page=2`));
    answer = (_request, response) => response.writeHead(302, { location: `${origin(elsewhere)}/away` }).end();
    await firstValueFrom(http.get('/redirected'));
    expect(requests.map(({ url, headers }) => [url, headers['x-api-key'], headers['x-tenant']])).toEqual([
      ['/', undefined, undefined],
      ['/next?page=2', 'sk_1', 'a'],
      ['/v1/redirected', 'sk_1', 'a'],
      ['/away', undefined, undefined],
    ]);
  });

  it('sends the same idempotency key with all attempts of an operation, and another with the next', async () => {
    const client = await start();
    let failures = 2;
    answer = (_request, response) => {
      if (failures-- > 0) response.statusCode = 500;
      response.end('{}');
    };
    await client.charge('order-1');
    await client.charge('order-2');
    const keys = requests.map(({ headers }) => headers['x-idempotency']);
    expect(keys).toHaveLength(4);
    expect(keys[0]).toMatch(/./);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it('sends the key in the header that the decorator or the method’s settings name, not in the provider’s', async () => {
    const client = await start();
    await client.refund('order-1');
    await client.capture('order-1');
    module
      .get(Resilience)
      .provider('payments')
      .reconfigure({ idempotency: { header: 'X-New' } });
    await client.charge('order-2');
    const named = ({ headers }: IncomingMessage) => Object.keys(headers).filter((name) => /key|idem|new/.test(name));
    expect(requests.map(named)).toEqual([['x-refund-key'], ['x-capture-key'], ['x-new']]);
  });

  it('sends no key with requests that change nothing, to other providers, or over the caller’s own', async () => {
    const token = getHttpToken('email');
    const client = await start();
    const provider = module.get(Resilience).provider('payments');
    const email = module.get<HttpService>(token);
    await firstValueFrom(client.http.post('/outside', {}));
    await client.look('ch_1');
    await provider.execute(async () => void (await firstValueFrom(email.post('/mails', {}))), { idempotencyKey: 'a' });
    const own = { headers: { 'X-IDEMPOTENCY': 'its own' } };
    await provider.execute(async () => void (await firstValueFrom(client.http.post('/', {}, own))), {
      idempotencyKey: 'b',
    });
    expect(requests.map(({ url, headers }) => [url, headers['x-idempotency']])).toEqual([
      ['/v1/outside', undefined],
      ['/v1/charges/ch_1', undefined],
      ['/v1/looks', expect.any(String)],
      ['/mails', undefined],
      ['/v1/', 'its own'],
    ]);
  });

  it('does not repeat a POST without a key that an attempt timeout cut off, and repeats a GET', async () => {
    const clock = new TestClock();
    const client = await start({}, { clock });
    answer = () => void clock.advance(50);
    await expect(client.unkeyed('post')).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(requests).toHaveLength(1);
    await expect(client.unkeyed('get')).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(requests).toHaveLength(4);
  });

  it('aborts the request when its attempt times out', async () => {
    const clock = new TestClock();
    const client = await start({}, { clock });
    const closed = new Promise<void>((resolve) => {
      answer = (request) => {
        request.once('close', () => resolve());
        void clock.advance(50);
      };
    });
    await expect(client.slow()).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
    await closed;
    expect(requests).toHaveLength(1);
  });

  it.each(['http', 'fetch'] as const)('aborts a request that the %s adapter of axios sends', async (adapter) => {
    const clock = new TestClock();
    const client = await start({}, { clock });
    client.http.axiosRef.defaults.adapter = adapter;
    const closed = new Promise<void>((resolve) => {
      answer = (_request, response) => {
        response.on('close', () => resolve());
        void clock.advance(50);
      };
    });
    await expect(client.slow()).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
    await closed;
  });

  it('gives an adapter of the user a signal of the web, which any client takes', async () => {
    const client = await start();
    const signals: unknown[] = [];
    client.http.axiosRef.defaults.adapter = async (config) => {
      signals.push(config.signal);
      return { data: {}, status: 200, statusText: 'OK', headers: {}, config };
    };
    await client.slow();
    expect(signals).toEqual([expect.any(AbortSignal)]);
  });

  it('leaves a signal of the caller alone', async () => {
    const client = await start();
    answer = () => undefined;
    const own = new AbortController();
    const provider = module.get(Resilience).provider('payments');
    const pending = provider.execute(() => firstValueFrom(client.http.get('/', { signal: own.signal })));
    setTimeout(() => own.abort(), 20);
    await expect(pending).rejects.toMatchObject({ code: 'ERR_CANCELED' });
  });

  it('aborts a request that has a signal of its own as well, and then listens to that no longer', async () => {
    const clock = new TestClock();
    const client = await start({}, { clock });
    const own = new AbortController();
    await client.http.axiosRef.get('/', { signal: own.signal });
    const closed = new Promise<void>((resolve) => {
      answer = (request) => {
        request.once('close', () => resolve());
        void clock.advance(50);
      };
    });
    await expect(client.slow(own.signal)).rejects.toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
    await closed;
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
  });

  it('ends with a signal of its own a response that is still streaming after the call', async () => {
    const client = await start();
    const own = new AbortController();
    answer = (_request, response) => void response.write('first');
    const body = await client.stream(own.signal);
    await once(body, 'data');
    const ended = once(body, 'end');
    own.abort();
    await expect(ended).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
  });

  it('listens to a signal of the caller for as long as the response is streaming, and no longer', async () => {
    const client = await start();
    const own = new AbortController();
    answer = (_request, response) => response.end('all of it');
    const body = await client.stream(own.signal);
    expect(getEventListeners(own.signal, 'abort')).toHaveLength(1);
    expect(await text(body)).toBe('all of it');
    expect(getEventListeners(own.signal, 'abort')).toEqual([]);
  });

  it('shows the provider every response, errors included', async () => {
    const observe = jest.spyOn(LiveProvider.prototype, 'observe');
    const { http } = await start();
    await firstValueFrom(http.get('/'));
    answer = (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end();
    await expect(firstValueFrom(http.get('/'))).rejects.toMatchObject({ response: { status: 429 } });
    expect(observe.mock.calls.map(([{ status }]) => status)).toEqual([200, 429]);
    expect((observe.mock.calls[1]![0].headers as { get(name: string): unknown }).get('retry-after')).toBe('7');
  });

  it('keeps what a patch of its settings does not name, and follows a new header of its keys', async () => {
    const client = await start({ headers: { 'X-Version': '1' } });
    module.get(Resilience).reconfigure('payments', {
      http: { headers: { 'X-Shop': 'a' } },
      idempotency: { header: 'X-Key' },
    });
    await client.charge('order-1');
    expect(requests[0]).toMatchObject({ url: '/v1/charges', headers: { 'x-version': '1', 'x-shop': 'a' } });
    expect(requests[0]!.headers).toHaveProperty('x-key');
  });

  it('sends a header once, the stronger one, however its name is written', async () => {
    const { http } = await start({ headers: { 'X-Version': '1', authorization: 'weaker' }, auth: { bearer: 'sk_1' } });
    module.get(Resilience).reconfigure('payments', { http: { headers: { 'x-version': '2' } } });
    await firstValueFrom(http.get('/'));
    expect(requests[0]!.headers).toMatchObject({ 'x-version': '2', authorization: 'Bearer sk_1' });
  });

  it('follows new settings', async () => {
    const { http } = await start();
    module
      .get(Resilience)
      .reconfigure('payments', { http: { baseUrl: `${origin(elsewhere)}/v2`, auth: { bearer: 'sk_2' } } });
    await firstValueFrom(http.get('/charges'));
    expect(requests[0]).toMatchObject({ url: '/v2/charges', headers: { authorization: 'Bearer sk_2' } });
  });
});

describe('http settings', () => {
  async function faultsOf(http: unknown): Promise<string> {
    const { parts } = startResilience({ providers: { payments: { http: http as HttpOptions } } });
    return new ResilienceConfigurationError(parts.faults).message;
  }

  it.each([
    [{}, /http\.baseUrl: .*required/],
    [{ baseUrl: '/relative' }, /http\.baseUrl: '\/relative' given; expected an absolute http or https URL/],
    [{ baseUrl: 'ftp://x' }, /http\.baseUrl/],
    [
      { baseUrl: 'http://x', auth: {} },
      /payments\.http\.auth: an object given; expected exactly one of bearer, basic, header and oauth2/,
    ],
    [{ baseUrl: 'http://x', auth: { bearer: 'a', header: { name: 'b', value: 'c' } } }, /exactly one/],
    [{ baseUrl: 'http://x', auth: { header: { name: 'a b', value: 'c' } } }, /http\.auth\.header\.name: 'a b' given/],
    [{ baseUrl: 'http://x', headers: ['a'] }, /http\.headers: a list given; expected an object of headers/],
    [{ baseUrl: 'http://x', headers: { a: 'b', c: null } }, /http\.headers\.c: null given; expected text/],
    [{ baseUrl: 'http://x', headers: { 'a b': 'sk_1' } }, /headers\.a b: 'a b' given; expected the name of a header/],
    [{ baseUrl: 'http://x', retries: 1 }, /http\.retries: unknown option; known are baseUrl, auth, headers/],
  ])('refuse %j', async (http, message) => {
    expect(await faultsOf(http)).toMatch(message);
  });

  it.each([{ auth: 'hunter2' }, { auth: { basic: 'hunter2' } }, { auth: { header: 'hunter2' } }])(
    'never show a secret in the wrong place: %j',
    async (wrong) => {
      const message = await faultsOf({ baseUrl: 'http://x', ...wrong });
      expect(message).toMatch(/http\.auth\..*expected it in an object, for example \{/);
      expect(message).not.toContain('hunter2');
    },
  );
});

function listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    handler(request, response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function origin(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
