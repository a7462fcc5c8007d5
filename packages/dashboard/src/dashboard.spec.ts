import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import fastifyHelmet from '@fastify/helmet';
import helmet from 'helmet';
import type { DashboardAction } from './dashboard.options.js';
import { DashboardService } from './serving/dashboard.service.js';
import { pageWeight } from './serving/page-files.js';
import type { LiveProvider } from '@breakwater/core/adapter';
import type { Frame, Greeting, HostView } from './wire/frame.js';
import { OF_THE_PAGE, openStream, sharedStore, startShop, type Shop, type ShopOptions } from './shop.fixture.js';

let shops: Shop[] = [];

async function shop(options: ShopOptions = {}): Promise<Shop> {
  const started = await startShop(options);
  shops.push(started);
  return started;
}

afterEach(async () => {
  for (const { app } of shops) await app.close();
  shops = [];
});

const anyone = { authorize: () => true };
const isolate = JSON.stringify({ action: 'circuit.isolate', target: 'payments' });

/** Lets what goes over real sockets arrive. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

describe('the page', () => {
  it.each(['Express', 'Fastify'] as const)(
    'is served on %s, behind a prefix, with relative addresses only',
    async (adapter) => {
      const prepare = (app: INestApplication) => void app.enableVersioning();
      const { ask, base } = await shop({ adapter, prefix: 'api/v1', dashboard: anyone, prepare });
      const root = await ask('');
      expect(root).toMatchObject({ status: 302, headers: { location: './resilience/page' } });
      const { pathname } = new URL(root.headers.location!, `http://host${base}`);
      expect(pathname).toBe('/api/v1/resilience/page');
      const page = await ask('/page');
      expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
      const assets = [...page.text.matchAll(/(?:src|href)="([^"#]*)"/g)].map(([, address]) => address!);
      expect(assets.length).toBeGreaterThan(2);
      for (const address of assets) {
        expect(address).toMatch(/^\.\/assets\//);
        const asset = await ask(address.slice(1));
        expect(asset.status).toBe(200);
        expect(asset.headers['cache-control']).toContain('immutable');
      }
    },
  );

  it('has nothing inline, so that its policy can be strict', async () => {
    const { ask } = await shop({ dashboard: anyone });
    const { text, headers } = await ask('/page');
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });

  it.each(['Express', 'Fastify'] as const)('keeps its own policy beside helmet on %s', async (adapter) => {
    const prepare = async (app: INestApplication) => {
      if (adapter === 'Express') app.use(helmet());
      else await (app as unknown as { register(plugin: unknown): Promise<void> }).register(fastifyHelmet);
    };
    const { ask } = await shop({ adapter, dashboard: anyone, prepare });
    const { headers } = await ask('/page');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-frame-options']).toBe('DENY');
  });

  it.each(['Express', 'Fastify'] as const)(
    'is framed by the origins that it is told, and by no other, beside helmet on %s',
    async (adapter) => {
      const frameAncestors = ['self', 'https://admin.example:8443'];
      const prepare = async (app: INestApplication) => {
        if (adapter === 'Express') app.use(helmet());
        else await (app as unknown as { register(plugin: unknown): Promise<void> }).register(fastifyHelmet);
      };
      const { ask } = await shop({ adapter, dashboard: { ...anyone, frameAncestors }, prepare });
      for (const path of ['', '/page']) {
        const { headers } = await ask(path);
        expect(headers['content-security-policy']).toMatch(/; frame-ancestors 'self' https:\/\/admin\.example:8443$/);
        expect(headers['x-frame-options']).toBeUndefined();
      }
      expect((await ask('/state')).headers['x-frame-options']).toBe('DENY');
    },
  );

  it.each(['*', 'https://admin.example/', 'admin.example', "https://a.example; script-src 'unsafe-inline'"])(
    'is not framed by what is no origin: %s',
    async (origin) => {
      await expect(shop({ dashboard: { ...anyone, frameAncestors: [origin] } })).rejects.toThrow(/frameAncestors/);
    },
  );

  it('weighs less than 150 KB', () => {
    expect(pageWeight()).toBeLessThan(150 * 1024);
  });

  it('sends no file but its own', async () => {
    const { ask } = await shop({ dashboard: anyone });
    for (const path of [
      '/assets/..%2f..%2fpackage.json',
      '/assets/%2e%2e/index.html',
      '/assets/__proto__',
      '/assets/toString',
    ]) {
      expect((await ask(path)).status).toBe(404);
    }
  });
});

describe('who may do what', () => {
  it('is to be said in production: the application does not start without', async () => {
    const before = process.env['NODE_ENV'];
    try {
      for (const name of ['production', 'Production', ' production', 'prod', 'PROD-eu', 'prod_eu', 'production2']) {
        process.env['NODE_ENV'] = name;
        await expect(startShop()).rejects.toThrow('in production, give authorize');
      }
      for (const name of ['product-demo', 'productive', 'preprod', 'development']) {
        process.env['NODE_ENV'] = name;
        expect((await (await shop()).ask('/page')).status).toBe(200);
      }
      await (await shop({ dashboard: anyone })).ask('/page');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });

  it('is decided for every path, method, host and origin: nothing is told to those who may not read', async () => {
    const { ask, port } = await shop({ dashboard: { authorize: () => false } });
    const forged: Record<string, string>[] = [
      {},
      { host: 'localhost' },
      { host: `127.0.0.1:${port}`, origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' },
      { host: 'evil.example', origin: 'http://evil.example' },
      { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'localhost', 'x-original-url': '/resilience/page' },
      { 'x-http-method-override': 'GET', ...OF_THE_PAGE },
    ];
    const paths = [
      '',
      '/',
      '/page',
      '/page/',
      '//page',
      '/PAGE',
      '/page?x=/assets/',
      '/page;a',
      '/%70age',
      '/assets/index.js',
      '/state',
      '/stream',
      '/state/../state',
      '/./state',
    ];
    for (const headers of forged) {
      for (const path of paths) {
        for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
          const { status, text } = await ask(path, { method, headers });
          expect([401, 403, 404, 405, 204]).toContain(status);
          expect(text).not.toContain('payments');
        }
      }
    }
    expect((await ask('/controls', { method: 'POST', headers: OF_THE_PAGE, body: isolate })).status).toBe(403);
  });

  it('is a stranger where it throws, or returns what is no answer', async () => {
    for (const answer of [
      () => {
        throw new Error('no session');
      },
      () => 'yes',
      () => ({}),
      () => undefined,
      async () => 1,
    ]) {
      const { ask } = await shop({ dashboard: { authorize: answer as () => boolean } });
      expect((await ask('/state')).status).toBe(403);
    }
  });

  it('is this machine alone without authorize: not a forwarded request, nor another name that leads here', async () => {
    const { ask, port } = await shop();
    expect((await ask('/state', { headers: { host: `localhost:${port}` } })).status).toBe(200);
    expect((await ask('/state', { headers: { host: 'rebound.example' } })).status).toBe(403);
    expect((await ask('/state', { headers: { host: 'localhost.evil.example' } })).status).toBe(403);
    for (const name of ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via', 'x-real-ip', 'cf-connecting-ip']) {
      expect((await ask('/state', { headers: { [name]: '10.0.0.1' } })).status).toBe(403);
    }
    // As nginx passes a request on by default: its upstream in Host, nothing added, an old version.
    const passedOn = connect(port, '127.0.0.1');
    passedOn.write(`GET /resilience/state HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
    expect(await text(passedOn)).toMatch(/^HTTP\/1\.1 403 /);
    const greeting = JSON.parse((await ask('/state')).text) as Greeting;
    expect(greeting.allowed).toEqual([]);
    expect((await ask('/controls', { method: 'POST', headers: OF_THE_PAGE, body: isolate })).status).toBe(403);
  });

  it('is decided by the host that HTTP/2 names, too', async () => {
    const { port } = await shop({ adapter: 'HTTP/2' });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const statusOf = async (headers: Record<string, string>) => {
      const asked = session.request({ ':path': '/resilience/state', ...headers });
      const [answered] = (await once(asked, 'response')) as [{ ':status': number }];
      asked.close();
      return answered[':status'];
    };
    const own = `127.0.0.1:${port}`;
    expect(await statusOf({})).toBe(200);
    expect(await statusOf({ origin: `http://${own}` })).toBe(200);
    expect(await statusOf({ ':authority': 'rebound.example' })).toBe(403);
    expect(await statusOf({ origin: 'https://evil.example' })).toBe(403);
    session.close();
  });

  it('does not depend on CORS: pages of other origins read no numbers', async () => {
    const prepare = (app: INestApplication) => app.enableCors({ origin: true, credentials: true });
    for (const adapter of ['Express', 'Fastify'] as const) {
      const { ask, port } = await shop({ adapter, dashboard: anyone, prepare });
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
        { origin: `http://127.0.0.1:${port + 1}`, 'sec-fetch-site': 'same-site' },
        { origin: 'null' },
      ] as Record<string, string>[]) {
        const { status, headers: answered } = await ask('/state', { headers });
        expect(status).toBe(403);
        expect(answered).not.toHaveProperty('access-control-allow-origin');
        expect(
          (
            await ask('/controls', {
              method: 'POST',
              headers: { ...OF_THE_PAGE, 'sec-fetch-site': 'cross-site', ...headers },
              body: isolate,
            })
          ).status,
        ).toBe(403);
      }
    }
  });
});

describe('controls', () => {
  const use = ({ ask }: Shop, body: object, headers: Record<string, string> = OF_THE_PAGE) =>
    ask('/controls', { method: 'POST', headers, body: JSON.stringify(body) });

  it.each(['Express', 'Fastify'] as const)(
    'switch circuits and queues on %s, each told by an event that says who it was',
    async (adapter) => {
      const started = await shop({ adapter, dashboard: { host: 'web-1', authorize: () => ({ by: 'ada' }) } });
      const circuit = started.resilience.provider('payments').circuitBreaker!;
      const states: string[] = [];
      for (const action of ['isolate', 'reset', 'open', 'close']) {
        expect(await use(started, { action: `circuit.${action}`, target: 'payments' })).toMatchObject({ status: 200 });
        states.push(circuit.state);
      }
      expect(states).toEqual(['isolated', 'closed', 'open', 'closed']);
      await use(started, { action: 'queue.pause', target: 'crm' });
      await use(started, { action: 'queue.resume', target: 'crm' });
      await use(started, { action: 'queue.replay', target: 'crm', id: 'job-81' });
      expect(started.queue.done).toEqual(['pause crm', 'resume crm', 'replay crm job-81']);
      const told = started.events.filter(({ type }) => type === 'dashboard.controlled');
      expect(told).toHaveLength(7);
      expect(told[0]).toMatchObject({
        provider: 'payments',
        detail: { action: 'circuit.isolate', by: 'ada', host: 'web-1' },
      });
    },
  );

  it('switch the circuit that a method has to itself, and no other, told with the name of the method', async () => {
    const own = { circuitBreaker: { window: { consecutive: 1 } } };
    const providers = { payments: { circuitBreaker: true, methods: { refund: own } } };
    const started = await shop({ providers, dashboard: { host: 'web-1', authorize: () => ({ by: 'ada' }) } });
    const payments = started.resilience.provider('payments');
    await payments.execute(() => 'done', { operation: 'refund' });
    const control = { action: 'circuit.isolate', target: 'payments', operation: 'refund' };
    expect((await use(started, control)).status).toBe(200);
    expect([payments.circuitBreakerOf('refund')!.state, payments.circuitBreaker!.state]).toEqual([
      'isolated',
      'closed',
    ]);
    expect(started.events.at(-1)).toMatchObject({
      ...{ type: 'dashboard.controlled', provider: 'payments', operation: 'refund' },
      detail: { action: 'circuit.isolate', by: 'ada', host: 'web-1' },
    });
    const { hosts } = JSON.parse((await started.ask('/state')).text) as { hosts: HostView[] };
    expect(hosts[0]!.events.at(-1)).toMatchObject({ type: 'dashboard.controlled', operation: 'refund' });
    expect((await use(started, { ...control, operation: 'charge' })).status).toBe(404);
    expect((await use(started, { ...control, action: 'circuit.reset' })).status).toBe(200);
    expect(payments.circuitBreakerOf('refund')!.state).toBe('closed');
  });

  it('are asked for one by one, and shown to those only who may use them', async () => {
    const asked: DashboardAction[] = [];
    const authorize = (_: unknown, action: DashboardAction) => {
      asked.push(action);
      return action === 'read' || action === 'circuit.reset';
    };
    const started = await shop({ dashboard: { authorize } });
    expect(JSON.parse((await started.ask('/state')).text)).toMatchObject({ allowed: ['circuit.reset'] });
    expect((await use(started, { action: 'circuit.isolate', target: 'payments' })).status).toBe(403);
    expect((await use(started, { action: 'circuit.reset', target: 'payments' })).status).toBe(200);
    expect(asked).toContain('queue.replay');
  });

  it('need the page’s own header and origin: neither a form nor an image nor another site can use them', async () => {
    const started = await shop({ dashboard: anyone });
    const action = { action: 'circuit.isolate', target: 'payments' };
    const { 'x-breakwater-control': _, ...withoutHeader } = OF_THE_PAGE;
    const forged: Record<string, string>[] = [
      withoutHeader,
      { ...OF_THE_PAGE, 'x-breakwater-control': 'true' },
      { ...OF_THE_PAGE, 'sec-fetch-site': 'cross-site' },
      { ...OF_THE_PAGE, 'sec-fetch-site': 'same-site' },
      { ...OF_THE_PAGE, 'sec-fetch-site': 'none' },
      { 'content-type': 'application/json', 'x-breakwater-control': '1', origin: 'http://evil.example' },
      {
        'content-type': 'application/json',
        'x-breakwater-control': '1',
        origin: 'http://evil.example',
        host: 'victim.example',
      },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ];
    for (const headers of forged) expect((await use(started, action, headers)).status).not.toBe(200);
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
      expect((await started.ask('/controls', { method, headers: OF_THE_PAGE })).status).toBe(404);
    }
    expect(started.resilience.provider('payments').circuitBreaker!.state).toBe('closed');
    expect(started.events).toEqual([]);
  });

  it.each([
    [{ action: 'circuit.isolate', target: 'paymnts' }, 404],
    [{ action: 'queue.pause', target: 'payments' }, 404],
    [{ action: 'circuit.explode', target: 'payments' }, 400],
    [{ action: 'circuit.isolate' }, 400],
    [{ action: 'circuit.isolate', target: 'payments', operation: 7 }, 400],
    [{ action: 'circuit.isolate', target: 'payments', key: 'tenant' }, 400],
    [{ action: 'queue.pause', target: 'crm', operation: 'order.created' }, 400],
    [{ action: 'queue.replay', target: 'crm' }, 400],
    [{ action: 'constructor', target: '__proto__' }, 400],
    [[], 400],
  ])('do nothing where they make no sense: %j', async (body, status) => {
    const started = await shop({ dashboard: anyone });
    expect((await use(started, body)).status).toBe(status);
    expect(started.events).toEqual([]);
  });
});

describe('the stream', () => {
  it('tells what the circuit of a method went through apart from that of its provider', async () => {
    const own = { circuitBreaker: { window: { consecutive: 1 } } };
    const providers = { payments: { circuitBreaker: true, methods: { refund: own } } };
    const { ask, resilience } = await shop({ dashboard: anyone, providers });
    const payments = resilience.provider('payments');
    await payments.execute(() => Promise.reject(new Error('x')), { operation: 'refund' }).catch(() => undefined);
    payments.circuitBreaker!.isolate();
    const { hosts } = JSON.parse((await ask('/state')).text) as { hosts: HostView[] };
    expect(hosts[0]!.providers[0]!.history).toMatchObject([
      { to: 'open', reason: 'consecutive failures', operation: 'refund' },
      { to: 'isolated', reason: 'forced' },
    ]);
    expect(hosts[0]!.providers[0]!.history[1]).not.toHaveProperty('operation');
  });

  it('tells everything at first, and then what has changed', async () => {
    const { port, base, clock, resilience } = await shop({ dashboard: { ...anyone, title: 'shop', host: 'web-1' } });
    const search = resilience.provider('search');
    await search.execute(() => 'done');
    const stream = await openStream(port, `${base}/stream`);
    await until(() => stream.messages.length === 2);
    const [greeting, first] = stream.messages as [Greeting, Frame];
    expect(greeting).toMatchObject({ title: 'shop', host: 'web-1' });
    expect(first.full).toBe(true);
    expect(first.hosts[0]!.providers).toHaveLength(6);
    expect(first.hosts[0]!.providers[4]).toMatchObject({
      name: 'search',
      total: { ok: 1 },
      minute: { ok: 1, attempts: 1 },
    });
    await clock!.advance('5s');
    await search.execute(() => Promise.reject(new Error('x'))).catch(() => undefined);
    const before = stream.messages.length;
    await clock!.advance('2s');
    await until(() => stream.messages.length > before);
    const patches = stream.messages.slice(2) as Frame[];
    expect(patches.every(({ full }) => !full)).toBe(true);
    const changed = patches.flatMap(({ hosts }) => hosts.flatMap(({ providers }) => providers));
    expect(new Set(changed.slice(6).map(({ name }) => name))).toEqual(new Set(['search']));
    expect(changed.at(-1)).toMatchObject({
      name: 'search',
      total: { ok: 1, failed: 1 },
      failures: { causes: [['fails (unknown)', 1]] },
    });
    stream.close();
  });

  it('writes what pages are told once for all of them, and nothing where none is open', async () => {
    const { port, base, clock, app, resilience } = await shop({ dashboard: anyone });
    const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(port, `${base}/stream`)));
    await until(() => streams.every(({ messages }) => messages.length >= 2));
    const before = streams.at(-1)!.messages.length;
    await clock!.advance('3s');
    await until(() => streams.every(({ messages }) => messages.length >= before + 3));
    const texts = streams.map(({ messages }) => JSON.stringify(messages.at(-1)));
    expect(new Set(texts).size).toBe(1);
    for (const { close } of streams) close();
    const { broadcaster } = app.get(DashboardService);
    await until(() => broadcaster.size === 0);
    await clock!.advance('10s');
    const calls = jest.spyOn(resilience.provider('payments'), 'snapshot');
    await clock!.advance('1m');
    expect(calls).not.toHaveBeenCalled();
  });

  it('says why calls are refused, webhooks rejected and circuits opened, and counts what repeats', async () => {
    const { ask, resilience } = await shop({ dashboard: anyone });
    const payments = resilience.provider('payments');
    payments.circuitBreaker!.forceOpen();
    for (let i = 0; i < 50; i++) await payments.execute(() => 'never', { operation: 'charge' }).catch(() => undefined);
    const { hosts } = JSON.parse((await ask('/state')).text) as { hosts: HostView[] };
    const { events, providers } = hosts[0]!;
    expect(events.find(({ type }) => type === 'circuitBreaker.opened')).toMatchObject({
      level: 'error',
      reason: 'forced',
    });
    expect(events.find(({ type }) => type === 'circuitBreaker.refused')).toMatchObject({
      operation: 'charge',
      count: 50,
    });
    expect(providers[0]!.history).toMatchObject([{ from: 'closed', to: 'open', reason: 'forced' }]);
    expect(providers[0]!.minute).toMatchObject({ refused: 50, ok: 0, failed: 0 });
  });

  it('counts what a call makes within once, and tells of its refusal once', async () => {
    const { ask, resilience } = await shop({ dashboard: anyone });
    const payments = resilience.provider('payments');
    const job = () =>
      payments.execute(() => payments.execute(() => 'charged', { operation: 'charge' }), { operation: 'job' });
    await job();
    await payments
      .execute(
        async () => {
          payments.circuitBreaker!.forceOpen();
          await payments.execute(() => 'never', { operation: 'charge' });
        },
        { operation: 'job' },
      )
      .catch(() => undefined);
    const { hosts } = JSON.parse((await ask('/state')).text) as { hosts: HostView[] };
    const { events, providers } = hosts[0]!;
    expect(providers[0]).toMatchObject({
      ...{ active: 0, total: { ok: 1, failed: 0, refused: 1, other: 0 }, minute: { ok: 1, refused: 1, attempts: 2 } },
    });
    expect(providers[0]!.policies.find(({ kind }) => kind === 'circuitBreaker')).toMatchObject({ succeeded: 1 });
    expect(events.filter(({ type }) => type === 'circuitBreaker.refused')).toMatchObject([
      { operation: 'charge', count: 1 },
    ]);
  });

  it('tells of the events of queues as much as those say they matter, and not of each job that is done', async () => {
    const { ask, resilience } = await shop({ dashboard: anyone });
    const { events: hub } = resilience.provider('crm') as unknown as Pick<LiveProvider, 'events'>;
    for (const [type, detail] of [
      ['queue.completed', { id: 'job-80', attempt: 1, tookMs: 5 }],
      ['queue.dead', { id: 'job-81', attempt: 10, failure: 'failed', reason: 'out of luck' }],
    ] as const) {
      hub.emit({ type, provider: 'crm', operation: 'order.created', at: 0, detail } as never);
    }
    const { hosts } = JSON.parse((await ask('/state')).text) as { hosts: HostView[] };
    expect(hosts[0]!.events).toMatchObject([{ type: 'queue.dead', level: 'error', reason: 'out of luck' }]);
  });

  it('ends for a reader who may not read any more', async () => {
    let may = true;
    const { port, base, clock } = await shop({ dashboard: { authorize: () => may } });
    const stream = await openStream(port, `${base}/stream`);
    await until(() => stream.messages.length === 2);
    may = false;
    await clock!.advance('2m');
    await until(() => stream.response.closed);
    expect(stream.response.complete).toBe(false);
  });

  it('does not keep the application from closing', async () => {
    const started = await shop({ dashboard: anyone });
    const stream = await openStream(started.port, `${started.base}/stream`);
    await until(() => stream.messages.length === 2);
    await started.app.close();
    shops = [];
    await until(() => stream.response.closed);
    expect(stream.response.complete).toBe(false);
  });
});

describe('several hosts on one store', () => {
  it('appear on one page, and a circuit that is isolated there is isolated on all of them', async () => {
    const store = sharedStore();
    const one = await shop({ store, dashboard: { ...anyone, host: 'web-1' } });
    const two = await shop({ store, dashboard: { ...anyone, host: 'web-2' } });
    await two.resilience.provider('email').execute(() => 'sent');
    const stream = await openStream(one.port, `${one.base}/stream`);
    await until(() => stream.messages.length === 2);
    const advance = async (time: string) => {
      for (const { clock } of [one, two]) await clock!.advance(time as '1s');
    };
    for (let second = 0; second < 4; second++) await advance('1s');
    await until(() => JSON.stringify(stream.messages).includes('web-2'));
    const { hosts } = JSON.parse((await one.ask('/state')).text) as { hosts: HostView[] };
    expect(hosts.map(({ host }) => host)).toEqual(['web-1', 'web-2']);
    expect(hosts[1]!.providers[1]).toMatchObject({ name: 'email', total: { ok: 1 } });
    await one.ask('/controls', { method: 'POST', headers: OF_THE_PAGE, body: isolate });
    await until(() => two.resilience.provider('payments').circuitBreaker!.state === 'isolated');
    expect(two.events.at(-1)).toMatchObject({ type: 'dashboard.controlled', detail: { host: 'web-1' } });
    // A host that is gone disappears from the page.
    await two.app.close();
    shops = shops.filter((each) => each !== two);
    await one.clock!.advance('30s');
    expect((JSON.parse((await one.ask('/state')).text) as { hosts: HostView[] }).hosts).toHaveLength(1);
    stream.close();
  });

  it('have a queue steered from the page of a host that runs no jobs', async () => {
    const store = sharedStore();
    const web = await shop({ store, hasQueue: false, dashboard: { ...anyone, host: 'web-1' } });
    const control = (body: object) =>
      web.ask('/controls', { method: 'POST', headers: OF_THE_PAGE, body: JSON.stringify(body) });
    expect((await control({ action: 'queue.pause', target: 'crm' })).status).toBe(404);
    const worker = await shop({ store, dashboard: { ...anyone, host: 'worker-1' } });
    const stream = await openStream(web.port, `${web.base}/stream`);
    await until(() => stream.messages.length === 2);
    for (let second = 0; second < 4; second++) for (const { clock } of [web, worker]) await clock!.advance('1s');
    await until(() => JSON.stringify(stream.messages).includes('worker-1'));
    expect((await control({ action: 'queue.pause', target: 'crm' })).status).toBe(200);
    expect((await control({ action: 'queue.replay', target: 'crm', id: 'job-81' })).status).toBe(200);
    expect((await control({ action: 'queue.pause', target: 'unknown' })).status).toBe(404);
    await until(() => worker.queue.done.length === 2);
    expect(worker.queue.done).toEqual(['pause crm', 'replay crm job-81']);
    expect(worker.events.at(-1)).toMatchObject({ type: 'dashboard.controlled', detail: { host: 'web-1' } });
    stream.close();
  });

  it('have circuits switched from the page of a host that has none of them', async () => {
    const store = sharedStore();
    const own = { circuitBreaker: true };
    const web = await shop({ store, providers: { email: own }, dashboard: { ...anyone, host: 'web-1' } });
    const providers = { payments: { circuitBreaker: true, methods: { refund: own } } };
    const worker = await shop({ store, providers, dashboard: { ...anyone, host: 'worker-1' } });
    const payments = worker.resilience.provider('payments');
    await payments.execute(() => 'done', { operation: 'refund' });
    const stream = await openStream(web.port, `${web.base}/stream`);
    await until(() => stream.messages.length === 2);
    for (let second = 0; second < 4; second++) for (const { clock } of [web, worker]) await clock!.advance('1s');
    await until(() => JSON.stringify(stream.messages).includes('worker-1'));
    const isolateIt = async (of: object) => {
      const body = JSON.stringify({ action: 'circuit.isolate', ...of });
      return (await web.ask('/controls', { method: 'POST', headers: OF_THE_PAGE, body })).status;
    };
    expect(await isolateIt({ target: 'payments' })).toBe(200);
    expect(await isolateIt({ target: 'payments', operation: 'refund' })).toBe(200);
    expect(await isolateIt({ target: 'payments', operation: 'charge' })).toBe(404);
    expect(await isolateIt({ target: 'search' })).toBe(404);
    await until(() => payments.circuitBreakerOf('refund')!.state === 'isolated');
    expect(payments.circuitBreaker!.state).toBe('isolated');
    stream.close();
  });

  it('write nothing to it while no page is open', async () => {
    const store = sharedStore();
    const written = jest.spyOn(store, 'put');
    const one = await shop({ store, dashboard: { ...anyone, host: 'web-1' } });
    await one.clock!.advance('1m');
    expect(written).not.toHaveBeenCalled();
  });
});
