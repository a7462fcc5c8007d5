import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createProvider, currentCall, type OutcomeKind, type ProviderOptions } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

type Job = () => Promise<unknown>;
type Limiter = (job: Job) => Promise<unknown>;
type Send = (url: string, headers?: Record<string, string>) => Promise<string>;

/** Clients whose errors say nothing of what happened, and have no cause. */
const CLIENTS: [string, Send][] = [
  [
    'fetch',
    async (url, headers = {}) => {
      const response = await fetch(url, { method: 'POST', headers }).catch(mapped);
      const body = await response.text();
      return response.ok ? body : mapped();
    },
  ],
  [
    'node:http',
    (url, headers = {}) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(url, { method: 'POST', headers }, (response) => {
          void text(response).then((body) =>
            response.statusCode! < 400 ? resolve(body) : reject(new Error('failed')),
          );
        });
        sent.on('error', () => reject(new Error('failed'))).end();
      }),
  ],
];

function mapped(): never {
  throw new Error('failed');
}

/** Starts the next job in the turn in which one has ended, as p-queue does: in the context of that one's call. */
function queue(concurrency: number): Limiter {
  const waiting: (() => void)[] = [];
  let running = 0;
  const next = () => {
    if (running < concurrency && waiting.length > 0) waiting.shift()!();
  };
  return (job) =>
    new Promise((resolve, reject) => {
      waiting.push(() => {
        running++;
        const run = async () => {
          try {
            resolve(await job());
          } catch (error) {
            reject(error as Error);
          } finally {
            running--;
            next();
          }
        };
        void run();
      });
      next();
    });
}

/** Starts jobs from a timer of its own, as Bottleneck does with a reservoir: in no call's context. */
function reservoir(): { limiter: Limiter; stop: () => void } {
  const waiting: (() => void)[] = [];
  const timer = setInterval(() => waiting.splice(0, 2).forEach((start) => start()), 5);
  const limiter: Limiter = (job) =>
    new Promise((resolve, reject) => void waiting.push(() => void job().then(resolve, reject)));
  return { limiter, stop: () => clearInterval(timer) };
}

describe.each(CLIENTS)('a limiter between methods and a client whose errors say nothing, through %s', (_name, send) => {
  let server: HttpServer;
  let timer: ReturnType<typeof reservoir>;

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
    timer = reservoir();
  });
  afterEach(() => {
    timer.stop();
    server.close();
  });

  const limiters: [string, () => Limiter][] = [
    ['a queue, one at a time', () => queue(1)],
    ['a queue, three at a time', () => queue(3)],
    ['a timer', () => timer.limiter],
  ];
  const urls = () => server.requests.map(({ url }) => url).sort();
  const paths = Array.from({ length: 8 }, (_, i) => `/${i}`);

  function provider(options: ProviderOptions = {}) {
    const kinds: OutcomeKind[] = [];
    const classify: ProviderOptions['classify'] = (result, { standard }) => {
      if (!result.ok) kinds.push(standard().kind);
      return undefined;
    };
    const given = { retry: RETRY, http: { baseUrl: server.origin }, classify, ...options };
    const payments = createProvider('payments', given, { trackCalls: true, warn: () => undefined });
    return { payments, kinds };
  }

  it.each(limiters)('leaves a POST of unknown outcome to go out once: %s', async (_limiter, make) => {
    server.answer = (request) => void setTimeout(() => request.socket.destroy(), 3);
    const { payments } = provider();
    const limited = make();
    const one = (path: string) => outcomeOf(payments.execute(() => limited(() => send(server.origin + path))));
    const ended = await Promise.all(paths.map(one));
    expect(urls()).toEqual(paths);
    expect(ended).toEqual(paths.map(() => ({ error: new Error('failed') })));
  });

  it.each(limiters)(
    'leaves it to go out once where the provider was not asked before and has no base URL: %s',
    async (_limiter, make) => {
      server.answer = (request) => void setTimeout(() => request.socket.destroy(), 3);
      const { payments } = provider({ http: {} });
      // One request is known to be the provider's.
      await outcomeOf(payments.execute(() => send(`${server.origin}/first`)));
      const limited = make();
      await Promise.all(
        paths.map((path) => outcomeOf(payments.execute(() => limited(() => send(server.origin + path))))),
      );
      expect(urls()).toEqual([...paths, '/first']);
    },
  );

  it.each(limiters)('has a call around the one that sent it not repeat it either: %s', async (_limiter, make) => {
    server.answer = (request) => void setTimeout(() => request.socket.destroy(), 3);
    const { payments } = provider({ retry: false });
    const shop = createProvider('shop', { retry: RETRY }, { trackCalls: true });
    const limited = make();
    const one = (path: string) =>
      outcomeOf(shop.execute(() => payments.execute(() => limited(() => send(server.origin + path)))));
    await Promise.all(paths.map(one));
    expect(urls()).toEqual(paths);
  });

  it.each(limiters)('has a POST that is slow not be hedged: %s', async (_limiter, make) => {
    server.answer = (_request, response) => void setTimeout(() => response.end('{}'), 60);
    const { payments } = provider({ retry: false, hedge: { delay: 20, attempts: 2 } });
    const limited = make();
    // The one that is sent in its own context is known anyway.
    await Promise.all(
      paths.slice(0, 3).map((path) => payments.execute(() => limited(() => send(server.origin + path)))),
    );
    expect(urls().length).toBeLessThanOrEqual(6);
    expect(new Set(urls()).size).toBe(3);
  });

  it.each(limiters)('raises no false alarm: what all answers refuse is refused: %s', async (_limiter, make) => {
    server.says(404);
    const { payments, kinds } = provider({ circuitBreaker: { window: { consecutive: 2 } } });
    const limited = make();
    await Promise.all(
      paths.map((path) => outcomeOf(payments.execute(() => limited(() => send(server.origin + path))))),
    );
    expect([urls(), payments.circuitBreaker!.state]).toEqual([paths, 'closed']);
    expect(new Set(kinds)).toEqual(new Set(['permanent']));
  });

  it.each(limiters)('hides no outage: what all answers fail with counts: %s', async (_limiter, make) => {
    server.says(500);
    const { payments } = provider({ circuitBreaker: { window: { consecutive: 8 } } });
    const limited = make();
    await Promise.all(
      paths.map((path) => outcomeOf(payments.execute(() => limited(() => send(server.origin + path))))),
    );
    expect([urls(), payments.circuitBreaker!.state]).toEqual([paths, 'open']);
  });

  it.each(limiters)(
    'has a POST with the key of its own call go out again, with that key: %s',
    async (_limiter, make) => {
      server.answer = (request) => void setTimeout(() => request.socket.destroy(), 3);
      const { payments } = provider();
      const limited = make();
      const one = (path: string) => {
        const charge = () => {
          const headers = { 'Idempotency-Key': currentCall()!.idempotencyKey! };
          return limited(() => send(server.origin + path, headers));
        };
        return outcomeOf(payments.execute(charge, { idempotencyKey: `order${path}` }));
      };
      await Promise.all(paths.map(one));
      // The one in whose context another's request begins takes that for its own, and may not be repeated.
      expect(urls().length).toBeGreaterThanOrEqual(8 + 2 * (8 - 3 * 2));
      expect(new Set(urls())).toEqual(new Set(paths));
      expect(server.requests.every(({ url, headers }) => headers['idempotency-key'] === `order${url}`)).toBe(true);
    },
  );

  it('says nothing of calls that began after a request, of reads, and of what the engine refuses', async () => {
    const { payments, kinds } = provider();
    const events = recordEvents(payments);
    await payments.execute(() => send(server.origin));
    await outcomeOf(payments.execute(() => Promise.reject(new Error('before anything was sent'))));
    expect([events.ofType('retry.scheduled').length, kinds]).toEqual([2, ['unknown', 'unknown', 'unknown']]);
  });

  it('leaves a mistake in the program one', async () => {
    server.says(404);
    const { payments, kinds } = provider();
    const sent = payments.execute(() => send(server.origin));
    const order: { total?: { cents: number } } = {};
    await outcomeOf(
      payments.execute(async () => {
        await outcomeOf(sent);
        return order.total!.cents;
      }),
    );
    expect(kinds).toEqual(['permanent', 'invalid']);
  });
});
