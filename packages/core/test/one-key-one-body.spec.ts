import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Bottleneck from 'bottleneck';
import { createProvider, RequestAmbiguousError, type ProviderOptions } from '../src/index.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

const RETRY = { attempts: 3, backoff: { initial: 1, max: 1 }, budget: false } as const;

describe("the key of a call and the requests of the provider's own fetch", () => {
  let server: HttpServer;
  let warnings: string[];

  beforeEach(async () => {
    server = new HttpServer();
    await server.listen();
    warnings = [];
  });
  afterEach(() => server.close());

  function provider(options: ProviderOptions = {}) {
    const given = { retry: RETRY, http: { baseUrl: server.origin }, ...options };
    return createProvider('payments', given, { trackCalls: true, warn: (message) => void warnings.push(message) });
  }

  const sent = () => server.requests.map(({ body, headers }) => [body, headers['idempotency-key']]);

  describe.each([200, 500])('a limiter inside the method, whose provider answers %i', (status) => {
    it.each([
      ['one at a time, of methods that end with their request', { maxConcurrent: 1 }, 0],
      ['three at a time, of methods that end with their request', { maxConcurrent: 3 }, 0],
      ['one at a time, of methods that go on', { maxConcurrent: 1 }, 5],
      ['three at a time and spread, of methods that go on', { maxConcurrent: 3, minTime: 2 }, 5],
    ])(
      'has each order go out once, or under its own key, and no key with the body of another: %s',
      async (_name, options, goesOnMs) => {
        server.answer = (_request, response) => void setTimeout(() => response.writeHead(status).end('{}'), 3);
        const payments = provider();
        const limiter = new Bottleneck(options);
        const charge = (order: string) => async () => {
          const post = () => payments.fetch('/charges', { method: 'POST', body: order });
          const response = await limiter.schedule(post);
          if (!response.ok) throw new Error(`status ${response.status}`);
          await new Promise((resolve) => setTimeout(resolve, goesOnMs));
        };
        const orders = Array.from({ length: 8 }, (_, i) => `order ${i}`);
        const all = orders.map((order) => outcomeOf(payments.execute(charge(order), { idempotencyKey: order })));
        const ended = await Promise.all(all);
        for (const order of orders) {
          const keys = sent().flatMap(([body, key]) => (body === order ? [key] : []));
          // One that goes out again carries its own key each time.
          expect(keys).toEqual(keys.length === 1 && keys[0] === undefined ? [undefined] : keys.map(() => order));
          expect(keys.length).toBeGreaterThan(0);
        }
        expect(ended.filter((each) => 'error' in each)).toHaveLength(status === 200 ? 0 : 8);
        expect(warnings).toHaveLength(1);
      },
    );
  });

  it('goes out with one body to one place in an attempt, and what goes without it is told and not repeated', async () => {
    server.answer = ({ url }, response) => response.writeHead(url === '/lines' ? 200 : 500).end('{}');
    const payments = provider();
    const events = recordEvents(payments);
    const post = (path: string, body: string) => payments.fetch(path, { method: 'POST', body });
    const work = async () => {
      await post('/lines', 'first');
      await post('/lines', 'first');
      await post('/lines', 'second');
      return post('/orders', 'first');
    };
    const answer = await payments.execute(work, { idempotencyKey: 'k' });
    expect(answer.status).toBe(500);
    expect(sent()).toEqual([
      ['first', 'k'],
      ['first', 'k'],
      ['second', undefined],
      ['first', 'k'],
    ]);
    expect(events.ofType('idempotency.keyNotSent').map(({ detail }) => detail)).toEqual([
      { method: 'POST', origin: server.origin, header: 'Idempotency-Key' },
    ]);
    expect(warnings).toEqual([expect.stringContaining('a second POST')]);
  });

  it('goes out again with the same body in another attempt, of bytes and of forms as well', async () => {
    server.says(500);
    const payments = provider();
    const makes = [
      () => new URLSearchParams({ a: '1' }),
      () => Buffer.from('a=1'),
      () => new TextEncoder().encode('a=1'),
    ];
    for (const make of makes) {
      const twice = async () => {
        await payments.fetch('/', { method: 'POST', body: make() });
        return payments.fetch('/', { method: 'POST', body: make() });
      };
      await payments.execute(twice, { idempotencyKey: 'k' });
    }
    expect(sent()).toEqual(Array.from({ length: 18 }, () => ['a=1', 'k']));
  });

  it('goes out again with a body that an attempt makes anew: only the provider can tell what that means', async () => {
    server.says(500);
    const payments = provider();
    let made = 0;
    const work = () => payments.fetch('/', { method: 'POST', body: `nonce ${++made}` });
    await payments.execute(work, { idempotencyKey: 'k' });
    expect(sent()).toEqual([1, 2, 3].map((nonce) => [`nonce ${nonce}`, 'k']));
  });

  it("leaves a key of the caller's own to the caller", async () => {
    const payments = provider();
    const work = async () => {
      for (const body of ['first', 'second'])
        await payments.fetch('/', { method: 'POST', body, headers: { 'Idempotency-Key': `mine ${body}` } });
    };
    await payments.execute(work, { idempotencyKey: 'k' });
    expect(sent()).toEqual([
      ['first', 'mine first'],
      ['second', 'mine second'],
    ]);
  });

  it('is not left out where a limiter has a repetition begin in the context of a call that has ended', async () => {
    let scheduled = 0;
    let releaseOther = () => {};
    server.answer = ({ url }, response) => {
      if (url === '/doubtful') response.writeHead(500).end('{}');
      else releaseOther = () => response.end('{}');
    };
    const payments = provider({ retry: { ...RETRY, backoff: { initial: 50, max: 50 } } });
    const limiter = new Bottleneck({ maxConcurrent: 1 });
    const refusals: unknown[] = [];
    const one = (path: string) => {
      const post = () => payments.fetch(path, { method: 'POST', body: 'an order' });
      const work = async () => {
        const limited = limiter.schedule(post);
        if (++scheduled === 3) void server.seen(2).then(() => releaseOther());
        const response = await limited.catch((error: unknown) => {
          refusals.push(error);
          throw error;
        });
        if (!response.ok) throw new Error(`status ${response.status}`);
      };
      return outcomeOf(payments.execute(work, { idempotencyKey: `key ${path}` }));
    };
    const isRepeated = new Promise<void>((resolve) => {
      payments.events.on(({ type }) => void (type === 'retry.scheduled' && resolve()));
    });
    const doubtful = one('/doubtful');
    // Where it is not repeated after all, the other need not wait for it.
    void doubtful.then(() => server.seen(2)).then(() => releaseOther());
    await isRepeated;
    // The other is at work when the doubtful one is repeated, which waits for it.
    const other = one('/other');
    expect(await doubtful).toEqual({ error: new Error('status 500') });
    expect(await other).toEqual({ value: undefined });
    // In whichever context the limiter starts the repetition: it carries its own key, or is not sent.
    const keys = (path: string) =>
      server.requests.flatMap(({ url, headers }) => (url === path ? [headers['idempotency-key']] : []));
    expect(new Set(keys('/doubtful'))).toEqual(new Set(['key /doubtful']));
    expect(keys('/other')).toHaveLength(1);
    expect(refusals.every((each) => each instanceof RequestAmbiguousError)).toBe(true);
  });
});
