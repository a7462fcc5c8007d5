import { createServer } from 'node:net';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request as undiciRequest } from 'undici';
import { currentCall, createProvider, type ProviderOptions, type ResilientProvider } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

interface Sent {
  readonly method: string;
  readonly headers?: Record<string, string>;
}
type Send = (url: string, sent: Sent) => Promise<string>;

/** The error that says nothing of what happened, as careless clients raise it. */
function mapped(): never {
  throw new Error('the provider failed');
}

const viaFetch: Send = async (url, { method, headers = {} }) => {
  const response = await fetch(url, { method, headers }).catch(mapped);
  const body = await response.text();
  return response.ok ? body : mapped();
};
const viaUndici: Send = async (url, { method, headers = {} }) => {
  const { statusCode, body } = await undiciRequest(url, { method: method as 'POST', headers }).catch(mapped);
  const read = await body.text();
  return statusCode < 400 ? read : mapped();
};
const requestFor = (url: string) => (url.startsWith('https:') ? httpsRequest : httpRequest);
const viaNode: Send = (url, { method, headers = {} }) =>
  new Promise((resolve, reject) => {
    const sent = requestFor(url)(url, { method, headers }, (response) => {
      void text(response).then((body) => (response.statusCode! < 400 ? resolve(body) : reject(new Error('failed'))));
    });
    sent.on('error', () => reject(new Error('the provider failed')));
    sent.end();
  });
/** Headers that are set after the request was made, and in a list that Node keeps as text. */
const viaNodeLater: Send = (url, { method, headers = {} }) =>
  new Promise((resolve, reject) => {
    const sent = requestFor(url)(url, { method }, (response) => void text(response).then(resolve, reject));
    for (const [name, value] of Object.entries(headers)) sent.setHeader(name, value);
    sent.on('error', () => reject(new Error('the provider failed')));
    sent.end();
  });

const RETRY: ProviderOptions = { retry: { attempts: 3, backoff: { initial: 1, max: 1 } } };

describe.each([
  ['fetch', viaFetch],
  ['undici', viaUndici],
  ['node:http', viaNode],
  ['node:http, headers set later', viaNodeLater],
] as const)('what goes over the wire through %s', (_name, send) => {
  let server: HttpServer;
  const providers: ResilientProvider[] = [];

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => {
    server.close();
    for (const each of providers.splice(0)) each.close();
  });

  function provider(options: ProviderOptions = RETRY): ResilientProvider {
    const made = createProvider('payments', options, { trackCalls: true, warn: () => undefined });
    providers.push(made);
    return made;
  }

  it('decides that a POST of unknown outcome goes out once, and a GET again', async () => {
    server.drops();
    await outcomeOf(provider().execute(() => send(server.origin, { method: 'POST' })));
    expect(server.methods).toEqual(['POST']);
    await outcomeOf(provider().execute(() => send(server.origin, { method: 'GET' })));
    expect(server.methods).toEqual(['POST', 'GET', 'GET', 'GET']);
  });

  it('decides that a POST with the call’s key goes out again with the same key, also after an await', async () => {
    server.drops();
    const charge = async () => {
      await sleep(1);
      const headers = { 'X-Key': currentCall()!.idempotencyKey! };
      return send(server.origin, { method: 'POST', headers });
    };
    await outcomeOf(provider().execute(charge, { idempotencyKey: 'order-1' }));
    expect(server.requests.map(({ headers }) => headers['x-key'])).toEqual(['order-1', 'order-1', 'order-1']);
  });

  it('says that a key is not sent: an event each time, and the request goes out once', async () => {
    server.drops();
    const payments = provider({ ...RETRY, http: { baseUrl: server.origin } });
    const events = recordEvents(payments);
    await outcomeOf(payments.execute(() => send(server.origin, { method: 'POST' }), { idempotencyKey: 'order-1' }));
    expect(server.methods).toEqual(['POST']);
    expect(events.ofType('idempotency.keyNotSent').map(({ detail }) => detail)).toEqual([
      { method: 'POST', origin: server.origin, header: 'Idempotency-Key' },
    ]);
  });

  it('feeds the rate limit, with successes as well, once for each answer', async () => {
    server.says(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' });
    const payments = provider({ rateLimit: { limit: 100 } });
    await payments.execute(() => send(server.origin, { method: 'GET' }));
    expect(await outcomeOf(payments.execute(() => 1))).toMatchObject({ error: { code: 'RATE_LIMITED' } });
  });

  it('is not heeded where it is not to be watched', async () => {
    server.drops();
    await outcomeOf(
      provider({ ...RETRY, http: { watch: false } }).execute(() => send(server.origin, { method: 'POST' })),
    );
    expect(server.methods).toHaveLength(3);
  });

  it('is not heeded while the provider is switched off', async () => {
    server.says(200, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' });
    const payments = provider({ rateLimit: { limit: 100 }, enabled: false });
    const events = recordEvents(payments);
    await payments.execute(() => send(server.origin, { method: 'POST' }), { idempotencyKey: 'a' });
    payments.reconfigure({ enabled: true });
    expect(await payments.execute(() => 1)).toBe(1);
    expect(events.all).toEqual([]);
  });

  it('to other hosts counts for nothing where the provider’s are named', async () => {
    server.drops();
    const http = { hosts: ['api.example.com'] };
    await outcomeOf(provider({ ...RETRY, http }).execute(() => send(server.origin, { method: 'POST' })));
    expect(server.methods).toHaveLength(3);
  });

  it('certainly did not reach anything: a POST may be sent again', async () => {
    const closed = await closedPort();
    let attempts = 0;
    await outcomeOf(provider().execute(() => (attempts++, send(closed, { method: 'POST' }))));
    expect(attempts).toBe(3);
  });

  it.each(['drops', 'resets'] as const)(
    'did not reach anything before the TLS handshake was over: one that %s the connection then',
    async (way) => {
      const { origin, close } = await handshakeThat(way);
      let attempts = 0;
      // As clients do that try once more by themselves.
      const twice = () => send(origin, { method: 'POST' }).catch(() => send(origin, { method: 'POST' }));
      await outcomeOf(provider().execute(() => (attempts++, twice())));
      expect(attempts).toBe(3);
      close();
    },
  );
});

describe.each([
  ['fetch', viaFetch],
  ['undici', viaUndici],
  ['node:http', viaNode],
] as const)('an error that says nothing, through %s', (_name, send) => {
  let server: HttpServer;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => server.close());

  async function tryOut(status: number, headers: Record<string, string> = {}, http: ProviderOptions['http'] = {}) {
    server.says(status, headers);
    const options: ProviderOptions = { ...RETRY, circuitBreaker: { window: { consecutive: 2 } }, http };
    const provider = createProvider('payments', options, { trackCalls: true });
    const events = recordEvents(provider);
    for (let i = 0; i < 2; i++) {
      await outcomeOf(provider.execute(() => send(server.origin, { method: 'GET' })));
    }
    const outcome = events.ofType('retry.scheduled')[0]?.detail['outcome'];
    const { state } = provider.circuitBreaker!;
    provider.close();
    return { requests: server.requests.length, outcome, state };
  }

  it('is read from the answer: a refusal of the provider is neither repeated nor counted', async () => {
    expect(await tryOut(404)).toEqual({ requests: 2, outcome: undefined, state: 'closed' });
  });

  it('is read from the answer: not modified is none that counts against the provider', async () => {
    expect(await tryOut(304)).toEqual({ requests: 2, outcome: undefined, state: 'closed' });
  });

  it('is read from the answer: throttled, with the wait that its headers name', async () => {
    expect(await tryOut(429, { 'retry-after-ms': '5' })).toMatchObject({ requests: 6, outcome: 'throttled' });
    expect((await tryOut(429, { 'retry-after': '600' })).requests).toBe(8);
  });

  it('is read from the answer: a failure', async () => {
    expect(await tryOut(503, { 'retry-after-ms': '1' })).toMatchObject({ outcome: 'transient', state: 'open' });
  });

  it('is unknown where the answer came from another host than the base URL’s', async () => {
    expect(await tryOut(404, {}, { baseUrl: 'http://api.example.com' })).toMatchObject({
      outcome: 'unknown',
      state: 'open',
    });
  });
});

describe('the warning of a key that is not sent', () => {
  it('comes once for each operation, and says how to hand the key on', async () => {
    const server = new HttpServer();
    await server.listen();
    const warnings: string[] = [];
    const provider = createProvider('payments', {}, { trackCalls: true, warn: (message) => warnings.push(message) });
    for (const operation of ['charge', 'charge', 'refund']) {
      await provider.execute(() => viaFetch(server.origin, { method: 'POST' }), { operation, idempotencyKey: 'a' });
    }
    server.close();
    expect(warnings.map((message) => /\((\w+)\)/.exec(message)?.[1])).toEqual(['charge', 'refund']);
    expect(warnings[0]).toMatch(/POST to http:.* without it.*currentCall\(\)\?\.idempotencyKey.*Idempotency-Key/);
  });
});

describe.each([
  ['fetch', (url: string) => fetch(url, { method: 'POST' })],
  [
    'node:http',
    (url: string) =>
      new Promise((resolve, reject) => {
        httpRequest(url, { method: 'POST' }, resolve).on('error', reject).end();
      }),
  ],
] as const)(
  'a limiter between a method and its client, which starts requests in the context of others: %s',
  (_name, send) => {
    it('leaves a POST of unknown outcome to go out once, as its error tells of it', async () => {
      const server = new HttpServer();
      await server.listen();
      server.answer = (request) => void setTimeout(() => request.socket.destroy(), 5);
      const waiting: (() => void)[] = [];
      let busy = false;
      const limited = <T>(run: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          const start = () => {
            busy = true;
            const next = () => {
              busy = false;
              waiting.shift()?.();
            };
            void run().then(resolve, reject).finally(next);
          };
          if (busy) waiting.push(start);
          else start();
        });
      const payments = createProvider('payments', RETRY, { trackCalls: true, warn: () => undefined });
      const one = (i: number) => {
        const failed = (cause: unknown) => Promise.reject(new Error('failed', { cause }));
        return outcomeOf(payments.execute(() => limited(() => send(`${server.origin}/${i}`)).catch(failed)));
      };
      await Promise.all([1, 2, 3, 4].map(one));
      expect(server.requests.map(({ url }) => url).sort()).toEqual(['/1', '/2', '/3', '/4']);
      server.close();
    });
  },
);

describe('calls within each other', () => {
  it('each know what they sent themselves; who is around one cannot repeat what it may not', async () => {
    const server = new HttpServer();
    await server.listen();
    server.drops();
    const inner = createProvider('inner', {}, { trackCalls: true });
    const outer = createProvider('outer', RETRY, { trackCalls: true });
    await outcomeOf(outer.execute(() => inner.execute(() => viaFetch(server.origin, { method: 'POST' }))));
    expect(server.methods).toEqual(['POST']);
    server.close();
  });

  it('do not hear of what an ended call has left running', async () => {
    const server = new HttpServer();
    await server.listen();
    const provider = createProvider('payments', {}, { trackCalls: true });
    const events = recordEvents(provider);
    let later: Promise<unknown> | undefined;
    await provider.execute(
      () => {
        later = sleep(5).then(() => viaFetch(server.origin, { method: 'POST' }));
        return 'done';
      },
      { idempotencyKey: 'a' },
    );
    await later;
    expect([server.methods, events.all]).toEqual([['POST'], []]);
    server.close();
  });
});

/** An address that refuses connections. */
function closedPort(): Promise<string> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(`http://127.0.0.1:${port}`));
    });
  });
}

/** A server of `https` that ends each connection while the handshake goes on. */
function handshakeThat(way: 'drops' | 'resets'): Promise<{ origin: string; close: () => void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => (way === 'drops' ? socket.end() : socket.resetAndDestroy()));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      resolve({ origin: `https://127.0.0.1:${port}`, close: () => server.close() });
    });
  });
}
