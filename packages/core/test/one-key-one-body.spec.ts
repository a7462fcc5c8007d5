import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Bottleneck from 'bottleneck';
import { createProvider, RequestAmbiguousError, type ProviderOptions } from '../src/index.js';
import { TestClock } from '../src/testing/test-clock.js';
import { outcomeOf } from '../src/testing/calls.fixture.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { recordEvents } from '../src/testing/record-events.js';

/** The method of a call, told when it may pause. */
type Work = (payments: ReturnType<typeof createProvider>, pause: () => Promise<void>) => Promise<number>;

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

  /** A call whose first requests are answered with these, and which waits before it makes the one after them. */
  async function doubtful(payments: ReturnType<typeof provider>, statuses: readonly number[], work: Work = charge) {
    const answers = [...statuses];
    server.answer = ({ url }, response) => {
      const status = url === '/charge' ? (answers.shift() ?? 200) : 200;
      response.writeHead(status, { 'Retry-After': '0' }).end('{}');
    };
    let goOn = () => {};
    let begun = 0;
    const isWaiting = new Promise<void>((resolve) => {
      goOn = () => resolve();
    });
    let release = () => {};
    const mayGoOn = new Promise<void>((resolve) => (release = resolve));
    const ended = outcomeOf(
      payments.execute(
        async () => {
          const pause = async () => {
            if (++begun <= statuses.length) return;
            goOn();
            await mayGoOn;
          };
          return work(payments, pause);
        },
        { idempotencyKey: 'A' },
      ),
    );
    await isWaiting;
    return { ended, release };
  }

  const post = async (payments: ReturnType<typeof provider>, path: string, body: RequestInit['body'] = 'same') => {
    const response = await payments.fetch(path, { method: 'POST', body });
    if (!response.ok) throw Object.assign(new Error('failed'), { status: response.status, headers: response.headers });
    return response.status;
  };

  const charge: Work = async (payments, pause) => {
    await pause();
    return post(payments, '/charge');
  };

  it('has the requests of other calls go out while one that asks for the same is about to be repeated', async () => {
    const payments = provider();
    const { ended, release } = await doubtful(payments, [500]);
    const another = async () => {
      await post(payments, '/session');
      return post(payments, '/charge', 'another');
    };
    expect(await payments.execute(() => post(payments, '/charge'), { idempotencyKey: 'B' })).toBe(200);
    expect(await payments.execute(another, { idempotencyKey: 'C' })).toBe(200);
    release();
    expect(await ended).toEqual({ value: 200 });
    expect(sent()).toEqual([
      ['same', 'A'],
      ['same', 'B'],
      ['same', 'C'],
      ['another', 'C'],
      ['same', 'A'],
    ]);
    expect(warnings).toEqual([]);
  });

  it('has calls of the same steps go out, each under its key, while one of them is about to be repeated', async () => {
    const payments = provider();
    const steps: Work = async (_payments, pause) => {
      await post(payments, '/session');
      await pause();
      return post(payments, '/charge');
    };
    const { ended, release } = await doubtful(payments, [500], steps);
    const other = () => steps(payments, () => Promise.resolve());
    expect(await payments.execute(other, { idempotencyKey: 'B' })).toBe(200);
    release();
    expect(await ended).toEqual({ value: 200 });
  });

  it.each<[string, () => RequestInit['body']]>([
    ['a form', () => new FormData()],
    ['a blob', () => new Blob(['same'])],
  ])('refuses none whose body cannot be compared: %s', async (_name, make) => {
    const payments = provider();
    const upload: Work = async (_payments, pause) => {
      await pause();
      return post(payments, '/charge', make());
    };
    const { ended, release } = await doubtful(payments, [500], upload);
    const other = () => post(payments, '/charge', make());
    expect(await payments.execute(other, { idempotencyKey: 'B' })).toBe(200);
    expect(await other()).toBe(200);
    release();
    expect(await ended).toEqual({ value: 200 });
  });

  it('takes no retry from a call because code outside of calls sends requests', async () => {
    const payments = provider();
    let isFirst = true;
    server.answer = ({ url }, response) => {
      const fails = url === '/charge' && isFirst;
      if (url === '/charge') isFirst = false;
      if (fails) void post(payments, '/metrics').then(() => response.writeHead(500).end('{}'));
      else response.end('{}');
    };
    expect(await payments.execute(() => post(payments, '/charge'), { idempotencyKey: 'A' })).toBe(200);
    expect(server.requests.map(({ url }) => url)).toEqual(['/charge', '/metrics', '/charge']);
  });

  it('takes no retry from a call because an ended one has left a request to another place running', async () => {
    const payments = provider();
    let end = () => {};
    const hasEnded = new Promise<void>((resolve) => (end = resolve));
    let audited: Promise<unknown> | undefined;
    const leaving = () => {
      audited = hasEnded.then(() => post(payments, '/audit'));
      return Promise.resolve();
    };
    await payments.execute(leaving, { idempotencyKey: 'ended' });
    let isFirst = true;
    server.answer = ({ url }, response) => {
      const fails = url === '/charge' && isFirst;
      if (url === '/charge') isFirst = false;
      if (fails) end();
      if (fails) void audited!.then(() => response.writeHead(500).end('{}'));
      else response.end('{}');
    };
    expect(await payments.execute(() => post(payments, '/charge'), { idempotencyKey: 'A' })).toBe(200);
    expect(warnings).toEqual([expect.stringContaining('a call that had ended')]);
  });

  it.each([[[500]], [[500, 429]]])('lets no repetition of what is in doubt go out without it after %j', async (all) => {
    const payments = provider({ retry: { ...RETRY, attempts: 4 } });
    const { ended, release } = await doubtful(payments, all);
    await expect(post(payments, '/charge')).rejects.toThrow(RequestAmbiguousError);
    release();
    expect(await ended).toEqual({ value: 200 });
    expect(sent().map(([, key]) => key)).toEqual([...all, 200].map(() => 'A'));
  });

  it('lets none go out without it after another request of the repetition', async () => {
    const payments = provider();
    const looking: Work = async (_payments, pause) => {
      await (await payments.fetch('/customer')).text();
      await pause();
      return post(payments, '/charge');
    };
    const { ended, release } = await doubtful(payments, [500], looking);
    await expect(post(payments, '/charge')).rejects.toThrow(RequestAmbiguousError);
    release();
    expect(await ended).toEqual({ value: 200 });
  });

  it('goes out with bodies that cannot be compared, which pass for the same, and not with those of other sizes', async () => {
    const payments = provider();
    const work = async () => {
      for (const body of ['first', 'other'])
        await payments.fetch(new Request(`${server.origin}/requests`, { method: 'POST', body }));
      for (const body of ['first', 'other', 'longer'])
        await payments.fetch('/blobs', { method: 'POST', body: new Blob([body]) });
    };
    await payments.execute(work, { idempotencyKey: 'k' });
    expect(sent()).toEqual([
      ['first', 'k'],
      ['other', 'k'],
      ['first', 'k'],
      ['other', 'k'],
      ['longer', undefined],
    ]);
  });

  it('has a retry that was paid for and told be made, whatever a limiter shows while it waits', async () => {
    const clock = new TestClock();
    const options: ProviderOptions = {
      retry: { attempts: 3, backoff: { initial: 100, jitter: 'none' } },
      http: { baseUrl: server.origin },
    };
    const payments = createProvider('payments', options, { clock, trackCalls: true, warn: () => undefined });
    let end = () => {};
    const hasEnded = new Promise<void>((resolve) => (end = resolve));
    let left: Promise<unknown> | undefined;
    const leaving = () => {
      left = hasEnded.then(() => post(payments, '/charge', 'another'));
      return Promise.resolve();
    };
    await payments.execute(leaving, { idempotencyKey: 'ended' });
    server.answer = (_request, response) => response.writeHead(server.requests.length === 1 ? 500 : 200).end('{}');
    const isTold = new Promise<void>((resolve) => {
      payments.events.on(({ type }) => void (type === 'retry.scheduled' && resolve()));
    });
    const charged = payments.execute(() => post(payments, '/charge'), { idempotencyKey: 'A' });
    await isTold;
    end();
    await left;
    await clock.advance(100);
    expect(await charged).toBe(200);
    expect(sent()).toEqual([
      ['same', 'A'],
      ['another', undefined],
      ['same', 'A'],
    ]);
  });
});
