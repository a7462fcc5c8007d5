import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request as undiciRequest } from 'undici';
import { createProvider, type OutcomeKind } from '../src/index.js';
import { networkError, outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

/** A POST whose answer is read to its end, with a time limit of the client's own. Errors come through as they are. */
type Send = (url: string, signal: AbortSignal) => Promise<unknown>;

const CLIENTS: [string, Send][] = [
  ['fetch', async (url, signal) => (await fetch(url, { method: 'POST', signal })).text()],
  [
    'undici',
    async (url, signal) => {
      const { body } = await undiciRequest(url, { method: 'POST', signal });
      return body.text();
    },
  ],
  [
    'node:http',
    (url, signal) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(url, { method: 'POST', signal }, (response) => {
          const isPacked = response.headers['content-encoding'] === 'gzip';
          const body = isPacked ? response.on('error', reject).pipe(createGunzip()) : response;
          text(body).then(resolve, reject);
        });
        sent.on('error', reject).end();
      }),
  ],
];

/** How the body of an answer breaks. */
const ENDINGS: [string, (status: number, headers: Record<string, string>, server: HttpServer) => void][] = [
  [
    'breaks off',
    (status, headers, server) => {
      server.answer = (request, response) => {
        response.writeHead(status, { ...headers, 'content-length': '100' }).write('{"error":');
        setTimeout(() => request.socket.destroy(), 20);
      };
    },
  ],
  [
    'breaks off within a chunk',
    (status, headers, server) => {
      server.answer = ({ socket }) => {
        const lines = Object.entries({ ...headers, 'transfer-encoding': 'chunked' }).map(
          ([name, v]) => `${name}: ${v}`,
        );
        socket.write(`HTTP/1.1 ${status} Said\r\n${lines.join('\r\n')}\r\n\r\n5\r\n{"err`);
        setTimeout(() => socket.end('zz\r\n'), 20);
      };
    },
  ],
  [
    'stalls',
    (status, headers, server) => {
      server.answer = (_request, response) => response.writeHead(status, headers).write('{"error":');
    },
  ],
];

describe.each(CLIENTS)('an answer through %s whose body', (_name, send) => {
  let server: HttpServer;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
  });
  afterEach(() => server.close());

  /** As a client's own time limit ends a request: long after all that the server has said has come. */
  async function limit(request: number, caller: AbortController): Promise<void> {
    await server.seen(request);
    // In steps, so that a machine under load reads what has come in between.
    for (let step = 0; step < 25; step++) await sleep(20);
    caller.abort(new DOMException('it took too long', 'TimeoutError'));
  }

  async function tryOut() {
    const kinds: OutcomeKind[] = [];
    const provider = createProvider(
      'payments',
      {
        retry: RETRY,
        circuitBreaker: { window: { consecutive: 1 } },
        classify: (_, { standard }) => void kinds.push(standard().kind),
      },
      { trackCalls: true },
    );
    const work = () => {
      const caller = new AbortController();
      void limit(server.requests.length + 1, caller);
      return send(server.origin, caller.signal);
    };
    const ended = await outcomeOf(provider.execute(work));
    const { state } = provider.circuitBreaker!;
    provider.close();
    return { kind: kinds[0], requests: server.requests.length, state, failed: 'error' in ended };
  }

  it.each(ENDINGS)('%s is what its status says: a refusal', async (_ending, ends) => {
    ends(404, {}, server);
    expect(await tryOut()).toEqual({ kind: 'permanent', requests: 1, state: 'closed', failed: true });
  });

  it.each(ENDINGS)('%s is what its status and headers say: a time to come back', async (_ending, ends) => {
    ends(429, { 'retry-after-ms': '1' }, server);
    expect(await tryOut()).toEqual({ kind: 'throttled', requests: 3, state: 'closed', failed: true });
  });

  it.each(ENDINGS)('%s is what its status says: a failure', async (_ending, ends) => {
    ends(500, {}, server);
    expect(await tryOut()).toEqual({ kind: 'unknown', requests: 1, state: 'open', failed: true });
  });

  it.each(ENDINGS)(
    '%s is no success although its status says so, and a POST is not sent again',
    async (_ending, ends) => {
      ends(200, {}, server);
      expect(await tryOut()).toMatchObject({ requests: 1, state: 'open', failed: true });
    },
  );

  it('cannot be unpacked is what its status says', async () => {
    server.answer = (_request, response) => response.writeHead(422, { 'content-encoding': 'gzip' }).end('no gzip');
    expect(await tryOut()).toMatchObject({ requests: 1, state: 'closed' });
  });

  it('has come in full explains no failure of another connection', async () => {
    server.says(404);
    const provider = createProvider(
      'payments',
      { circuitBreaker: { window: { consecutive: 1 } } },
      { trackCalls: true },
    );
    const work = async () => {
      await send(server.origin, new AbortController().signal).catch(() => undefined);
      throw networkError('ECONNRESET');
    };
    await outcomeOf(provider.execute(work));
    expect(provider.circuitBreaker!.state).toBe('open');
    provider.close();
  });
});

describe('a client that waits for ever for the rest of an answer', () => {
  const never: Send = (url) =>
    new Promise((resolve) => {
      const sent = httpRequest(
        url,
        { method: 'POST' },
        (response) => void text(response).then(resolve, () => undefined),
      );
      sent.on('error', () => undefined).end();
    });

  it.each([
    ['is lost: by the status that had come', ENDINGS[0]!, 'closed'],
    ['is silent: by the time that it takes', ENDINGS[2]!, 'open'],
  ] as const)('is timed out, and its outcome read where the connection %s', async (_name, [, ends], state) => {
    const server = new HttpServer();
    await server.listen();
    ends(404, {}, server);
    const provider = createProvider(
      'payments',
      { timeout: { attempt: 1500 }, circuitBreaker: { window: { consecutive: 1 } } },
      { trackCalls: true },
    );
    const { signal } = new AbortController();
    const ended = await outcomeOf(provider.execute(() => never(server.origin, signal)));
    expect(ended).toMatchObject({ error: { code: 'TIMEOUT' } });
    expect(provider.circuitBreaker!.state).toBe(state);
    provider.close();
    server.close();
  });
});
