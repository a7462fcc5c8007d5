import { MemoryBus, MemoryStore, type Bus, type Store } from '@breakwater/core';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { setImmediate } from 'node:timers/promises';
import { ask, OF_THE_PAGE, openStream, sharedStore, startShop, type Shop, type ShopOptions } from './shop.fixture.js';
import { CONTROLS } from './wire/control.js';
import type { Frame, HostView } from './wire/frame.js';

let shops: Shop[] = [];

async function shop(options: ShopOptions = {}): Promise<Shop> {
  const started = await startShop({ dashboard: { authorize: () => true }, logs: true, ...options });
  shops.push(started);
  return started;
}

afterEach(async () => {
  jest.restoreAllMocks();
  for (const { app } of shops) await app.close();
  shops = [];
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** The errors in the log. */
function logged(): unknown[] {
  const told: unknown[] = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((error: unknown) => void told.push(error));
  return told;
}

const pause = JSON.stringify({ action: 'queue.pause', target: 'crm' });
const control = (body: string) => ({ method: 'POST', headers: OF_THE_PAGE, body });

/** A store that is well, with a bus whose server is away until it is told to come. */
function storeWithoutBus() {
  const bus = new MemoryBus();
  const subscribe = bus.subscribe.bind(bus);
  const away = { is: true, asked: 0 };
  bus.subscribe = (...given) => {
    away.asked++;
    return away.is ? Promise.reject(new Error('ECONNREFUSED')) : subscribe(...given);
  };
  const store: Store = Object.assign(new MemoryStore(), { bus: bus as Bus });
  return { store, away };
}

/** The page of `web-1`, which shows `web`, too. */
async function pageOfTwo() {
  const store = sharedStore();
  const one = await shop({ store, dashboard: { authorize: () => true, host: 'web-1' } });
  const other = await shop({ store, dashboard: { authorize: () => true, host: 'web' } });
  const stream = await openStream(one.port, `${one.base}/stream`);
  await advanceAll(one, other);
  await until(() => (stream.messages as Frame[]).some(({ hosts }) => hosts?.length === 2));
  const names = async () => {
    const { hosts } = JSON.parse((await one.ask('/state')).text) as { hosts: HostView[] };
    return hosts.map(({ host }) => host);
  };
  const closeOther = async () => {
    shops = shops.filter((each) => each !== other);
    await other.app.close();
  };
  return { store, one, other, names, closeOther };
}

/** Long enough for a host to be asked, to tell, and to be told of. */
async function advanceAll(...hosts: readonly Shop[]): Promise<void> {
  for (let second = 0; second < 5; second++) for (const { clock } of hosts) await clock!.advance('1s');
}

describe('a dashboard one of whose parts fails', () => {
  it.each(['Express', 'Fastify'] as const)(
    'goes on, and says so in the log, where a snapshot throws while pages are open on %s',
    async (adapter) => {
      const told = logged();
      const { ask: askIt, port, base, clock, resilience } = await shop({ adapter });
      const stream = await openStream(port, `${base}/stream`);
      await until(() => stream.messages.length >= 2);
      const snapshot = jest.spyOn(resilience.provider('payments'), 'snapshot');
      const error = new Error('a policy of the user');
      snapshot.mockImplementation(() => {
        throw error;
      });
      await clock!.advance('3s');
      expect((await askIt('/state')).status).toBe(500);
      expect(told).toContain(`a request of the page failed: ${error.stack}`);
      expect(told).toContain(`telling open pages failed: ${error.stack}`);
      const before = stream.messages.length;
      snapshot.mockRestore();
      await clock!.advance('2s');
      await until(() => stream.messages.length > before);
      expect((await askIt('/state')).status).toBe(200);
      stream.close();
    },
  );

  it.each(['Express', 'Fastify'] as const)(
    'does not say that a control is done on %s where the driver of the queue has failed',
    async (adapter) => {
      const told = logged();
      const queueFails = new Error('the driver is away');
      const { ask: askIt, events } = await shop({ adapter, queueFails });
      const { status, text } = await askIt('/controls', control(pause));
      expect([status, text]).toEqual([500, JSON.stringify({ error: 'this has failed; the log says why' })]);
      expect(told).toEqual([`a request of the page failed: ${queueFails.stack}`]);
      expect(events).toEqual([]);
    },
  );

  it('outlives a control from the page of another host that fails here', async () => {
    const told = logged();
    const store = sharedStore();
    const queueFails = new Error('the driver is away');
    const web = await shop({ store, hasQueue: false });
    const worker = await shop({ store, queueFails });
    const stream = await openStream(web.port, `${web.base}/stream`);
    await until(() => stream.messages.length >= 2);
    for (let second = 0; second < 5; second++) for (const { clock } of [web, worker]) await clock!.advance('1s');
    await until(() => (stream.messages as Frame[]).some(({ hosts }) => hosts?.length === 2));
    expect((await web.ask('/controls', control(pause))).status).toBe(200);
    await until(() => told.length > 0);
    expect(told).toEqual([`a control from the page of another host failed: ${queueFails.stack}`]);
    stream.close();
  });

  it('keeps no application from starting where the bus of the store is away, and finds the others once it is back', async () => {
    const { store, away } = storeWithoutBus();
    const one = await shop({ store, dashboard: { authorize: () => true, host: 'web-1' } });
    const two = await shop({ store, dashboard: { authorize: () => true, host: 'web-2' } });
    expect(away.asked).toBeGreaterThan(1);
    away.is = false;
    const stream = await openStream(one.port, `${one.base}/stream`);
    for (let second = 0; second < 12; second++) for (const { clock } of [one, two]) await clock!.advance('1s');
    await until(() => (stream.messages as Frame[]).some(({ hosts }) => hosts?.length === 2));
    stream.close();
  });

  it('takes an authorize that does not answer for a no, and ends the pages that were open', async () => {
    const told = logged();
    let hangs = false;
    const authorize = () => (hangs ? new Promise<boolean>(() => undefined) : true);
    const { ask: askIt, port, base, clock } = await shop({ dashboard: { authorize } });
    const stream = await openStream(port, `${base}/stream`);
    await until(() => stream.messages.length >= 2);
    hangs = true;
    const asked = askIt('/state');
    await until(() => clock!.pendingTimers() > 1);
    await clock!.advance('2m');
    await until(() => stream.response.closed);
    await clock!.advance('1m');
    expect((await asked).status).toBe(403);
    expect(told).toContain('authorize failed, and so allows nothing: TimeoutError');
  });
});

describe('the log of the dashboard', () => {
  const failing = {
    authorize: () => {
      throw new Error('no session');
    },
  };

  it('has ten lines a minute of what strangers bring about, and their count', async () => {
    const told = logged();
    const { ask: askIt, clock } = await shop({ dashboard: failing });
    for (let asked = 0; asked < 25; asked++) expect((await askIt('/state')).status).toBe(403);
    const line = 'authorize failed, and so allows nothing: Error';
    expect(told).toEqual(Array.from({ length: 10 }, () => line));
    await clock!.advance('1m');
    expect(told.slice(10)).toEqual([`${line} – 15 more in the last minute`]);
  });

  it('has ten lines a minute of a snapshot that fails each second, and their count', async () => {
    const told = logged();
    const { port, base, clock, resilience } = await shop();
    const stream = await openStream(port, `${base}/stream`);
    await until(() => stream.messages.length >= 2);
    jest.spyOn(resilience.provider('payments'), 'snapshot').mockImplementation(() => {
      throw new Error('a policy of the user');
    });
    await clock!.advance('59s');
    expect(told).toHaveLength(10);
    await clock!.advance('2s');
    expect(told.slice(10)).toEqual([expect.stringMatching(/^telling open pages failed: [^]* – \d+ more in the last/)]);
    stream.close();
  });

  it('is silent where the application’s is', async () => {
    const told = logged();
    const { ask: askIt } = await shop({ dashboard: failing, logs: false });
    expect((await askIt('/state')).status).toBe(403);
    expect(told).toEqual([]);
  });
});

describe('a stream', () => {
  it('has its head as soon as it may be read, and its controls once authorize has answered for all of them', async () => {
    const waiting: string[] = [];
    let allow: (() => void) | undefined;
    const allowed = new Promise<boolean>((resolve) => (allow = () => resolve(true)));
    const authorize = (_: unknown, action: string) => {
      if (action === 'read') return true;
      waiting.push(action);
      return allowed;
    };
    const { port, base } = await shop({ dashboard: { authorize } });
    const stream = await openStream(port, `${base}/stream`);
    expect(stream.response.statusCode).toBe(200);
    await until(() => waiting.length === CONTROLS.length);
    expect(stream.messages).toEqual([]);
    allow!();
    await until(() => stream.messages.length === 2);
    expect(stream.messages).toMatchObject([{ allowed: CONTROLS }, { full: true }]);
    stream.close();
  });

  it.each(['Express', 'Fastify'] as const)('has a head for those who ask for no more, on %s', async (adapter) => {
    const { port, base } = await shop({ adapter });
    const { status, headers, text } = await ask(port, `${base}/stream`, { method: 'HEAD' });
    expect([status, headers['content-type'], text]).toEqual([200, 'text/event-stream; charset=utf-8', '']);
  });
});

describe('hosts of one name', () => {
  it('are told apart on the page, and obey each other’s controls', async () => {
    const store = sharedStore();
    const dashboard = { authorize: () => true, host: 'web' };
    const one = await shop({ store, dashboard });
    const two = await shop({ store, dashboard });
    const three = await shop({ store, dashboard: { ...dashboard, host: 'worker' } });
    await two.resilience.provider('email').execute(() => 'sent');
    const stream = await openStream(one.port, `${one.base}/stream`);
    for (let second = 0; second < 5; second++) {
      for (const { clock } of [one, two, three]) await clock!.advance('1s');
    }
    await until(() => (stream.messages as Frame[]).some(({ hosts }) => hosts?.length === 3));
    const { hosts } = JSON.parse((await one.ask('/state')).text) as { hosts: HostView[] };
    expect(hosts.map(({ host }) => host).toSorted()).toEqual(['web', expect.stringMatching(/^web · \w{4}$/), 'worker']);
    expect(hosts.find(({ host }) => host.includes('·'))!.providers[1]).toMatchObject({
      name: 'email',
      total: { ok: 1 },
    });
    await one.ask('/controls', control(JSON.stringify({ action: 'circuit.isolate', target: 'payments' })));
    const states = () =>
      [one, two, three].map(({ resilience }) => resilience.provider('payments').circuitBreaker!.state);
    await until(() => states().every((state) => state === 'isolated'));
    stream.close();
  });

  it('do not stand beside those whose place they take: a host that closes is gone at once', async () => {
    const { one, names, closeOther, store } = await pageOfTwo();
    await closeOther();
    expect(await names()).toEqual(['web-1']);
    const next = await shop({ store, dashboard: { authorize: () => true, host: 'web' } });
    await advanceAll(one, next);
    while ((await names()).length < 2);
    expect(await names()).toEqual(['web-1', 'web']);
  });

  it('are gone, too, where they close while their view is being read', async () => {
    const { names, closeOther, store, other } = await pageOfTwo();
    const get = store.get.bind(store);
    let reading: (() => void) | undefined;
    store.get = async (key) => {
      const entry = await get(key);
      await new Promise<void>((resolve) => (reading = resolve));
      return entry;
    };
    await other.clock!.advance('2s');
    await until(() => reading !== undefined);
    await closeOther();
    reading!();
    expect(await names()).toEqual(['web-1']);
  });
});
