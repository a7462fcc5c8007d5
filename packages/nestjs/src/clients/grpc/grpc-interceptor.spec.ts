import { createProvider, isTimeoutError, type ProviderOptions, type ResilientProvider } from '@breakwater/core';
import { credentials, Metadata, status, type ClientOptions } from '@grpc/grpc-js';
import { liveSecret } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  definition,
  InventoryClientClass,
  InventoryServer,
  type InventoryClient,
  type Item,
  type Stock,
} from '../../../test/grpc/inventory-server.fixture.js';
import { grpcClientOptions } from './grpc-client-options.js';
import { grpcInterceptor, type GrpcInterceptorOptions } from './grpc-interceptor.js';

const KEY = liveSecret();

let server: InventoryServer;
const clients: InventoryClient[] = [];
const providers: ResilientProvider[] = [];

beforeEach(async () => {
  server = await new InventoryServer().listen();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
  for (const provider of providers.splice(0)) provider.close();
  server.close();
});

function start(options: ProviderOptions = {}, own?: GrpcInterceptorOptions) {
  const settings = { retry: { attempts: 3, backoff: { initial: 1 } }, ...options };
  const provider = createProvider('inventory', settings, { trackCalls: true });
  providers.push(provider);
  return { provider, client: clientWith(grpcClientOptions('inventory', own)) };
}

function clientWith(options: ClientOptions): InventoryClient {
  const client = new InventoryClientClass(
    server.url,
    credentials.createInsecure(),
    options,
  ) as unknown as InventoryClient;
  clients.push(client);
  return client;
}

/** Calls a unary method, as a promise. */
function unary(client: InventoryClient, method: 'getStock' | 'reserve', metadata = new Metadata()): Promise<Stock> {
  return new Promise((resolve, reject) => {
    client[method]({ sku: 'pen' }, metadata, (error, stock) => (error === null ? resolve(stock!) : reject(error)));
  });
}

const lost = { code: status.INTERNAL, details: 'lost' };

describe('a request of gRPC within a call', () => {
  it('carries the key, the credential and the headers of the provider, and the caller’s own win', async () => {
    const http = {
      auth: { bearer: KEY },
      headers: { 'X-Version': '2', 'X-Tenant': 'none' },
      hosts: ['inventory'],
    };
    const { provider, client } = start({ http });
    const metadata = new Metadata();
    metadata.set('x-tenant', 'acme');
    for (const idempotencyKey of ['order-1', 'order-2']) {
      await provider.execute(() => unary(client, 'reserve', metadata), { idempotencyKey });
    }
    expect(server.seen.map(({ metadata: sent }) => sent.getMap())).toMatchObject([
      { authorization: `Bearer ${KEY}`, 'x-version': '2', 'x-tenant': 'acme', 'idempotency-key': 'order-1' },
      { authorization: `Bearer ${KEY}`, 'x-version': '2', 'x-tenant': 'acme', 'idempotency-key': 'order-2' },
    ]);
    expect(metadata.getMap()).toEqual({ 'x-tenant': 'acme' });
  });

  it('has no key where its method changes nothing', async () => {
    const { provider, client } = start({}, { idempotent: ['GetStock'] });
    await provider.execute(() => unary(client, 'getStock'), { idempotencyKey: 'order-1' });
    expect(server.seen[0]!.metadata.getMap()).not.toHaveProperty('idempotency-key');
  });

  it('tells the server the deadline of its attempt, of the operation, or the caller’s own where that is earlier', async () => {
    const { provider, client } = start({ timeout: { attempt: '40s', total: '300s' } });
    await provider.execute(() => unary(client, 'reserve'));
    const { provider: patient, client: other } = start({ timeout: { total: '90s' } });
    await patient.execute(() => unary(other, 'reserve'));
    await patient.execute(
      () =>
        new Promise<Stock>((resolve, reject) => {
          const withOptions = other.reserve as unknown as (item: Item, options: object, done: Done) => void;
          withOptions.call(other, { sku: 'pen' }, { deadline: Date.now() + 20_000 }, (error, stock) =>
            error === null ? resolve(stock!) : reject(error),
          );
        }),
    );
    const [attempt, total, own] = server.seen.map(({ leftMs }) => leftMs);
    expect(attempt).toBeGreaterThan(20_100);
    expect(attempt).toBeLessThan(40_100);
    expect(total).toBeGreaterThan(40_100);
    expect(total).toBeLessThan(90_100);
    expect(own).toBeLessThan(20_100);
  });

  it('has no deadline where the call has none', async () => {
    const { provider, client } = start();
    await provider.execute(() => unary(client, 'reserve'));
    expect(server.seen[0]!.leftMs).toBe(Infinity);
  });

  it('ends with its attempt, with the engine’s own error, and the server hears of it', async () => {
    server.replies = ['hang'];
    const { provider, client } = start({ timeout: { attempt: '1s' }, retry: { attempts: 1 } });
    const error: unknown = await provider.execute(() => unary(client, 'reserve')).catch((thrown: unknown) => thrown);
    expect(isTimeoutError(error)).toBe(true);
    await until(() => server.seen[0]!.cancelled);
  });

  it('ends when its caller aborts, also where that was before it began', async () => {
    server.replies = ['hang'];
    const { provider, client } = start();
    const caller = new AbortController();
    const calling = provider.execute(() => unary(client, 'reserve'), { signal: caller.signal });
    await until(() => server.seen.length === 1);
    caller.abort(new Error('enough'));
    await expect(calling).rejects.toThrow('enough');
    await until(() => server.seen[0]!.cancelled);

    let late: Promise<unknown> = Promise.resolve();
    const another = new AbortController();
    const work = async () => {
      another.abort(new Error('too late'));
      await Promise.resolve();
      late = unary(client, 'reserve').catch((error: { code: number }) => error.code);
      return late;
    };
    await expect(provider.execute(work, { signal: another.signal })).rejects.toThrow('too late');
    expect(await late).toBe(status.CANCELLED);
    expect(server.seen).toHaveLength(1);
  });

  it('is left as it is outside of the provider’s calls', async () => {
    const { provider, client } = start({ http: { auth: { bearer: KEY }, hosts: ['inventory'] } });
    await unary(client, 'reserve');
    const other = createProvider('other', {}, { trackCalls: true });
    await other.execute(() => unary(client, 'reserve'), { idempotencyKey: 'of another' });
    await provider.execute(() => other.execute(() => unary(client, 'reserve'), { idempotencyKey: 'of another' }));
    expect(server.seen.map(({ metadata }) => metadata.get('authorization'))).toEqual([[], [], [`Bearer ${KEY}`]]);
    expect(server.seen.map(({ metadata }) => metadata.get('idempotency-key'))).toEqual([[], [], []]);
  });

  it('carries the credential also outside of calls where the provider itself is given', async () => {
    const { provider } = start({ http: { auth: { bearer: KEY }, hosts: ['inventory'] } });
    await unary(clientWith({ interceptors: [grpcInterceptor(provider)] }), 'reserve');
    expect(server.seen[0]!.metadata.get('authorization')).toEqual([`Bearer ${KEY}`]);
  });

  it('waits for a credential that has to be fetched, fails without one, and has one renewed that was refused', async () => {
    const { provider, client } = start();
    const renewed: string[] = [];
    let value: string | undefined = 'fetched';
    const fetched = {
      credential: () => ({ name: 'Authorization', value }),
      ready: () => (value === undefined ? Promise.reject(new Error('the vault is away')) : Promise.resolve()),
      renew: (used: string) => void renewed.push(used),
    };
    Object.assign((provider as unknown as { http: object }).http, fetched);
    server.replies = [undefined, { code: status.UNAUTHENTICATED }, undefined];
    await provider.execute(() => unary(client, 'reserve'));
    expect(server.seen[0]!.metadata.get('authorization')).toEqual(['fetched']);
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    expect(renewed).toEqual(['fetched']);
    value = undefined;
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
      details: expect.stringContaining('the vault is away') as unknown,
    });
    expect(server.seen).toHaveLength(2);
  });

  it('shows the rate limit what an answer says of the quota', async () => {
    const { provider, client } = start({ rateLimit: { limit: 100, per: '1m' } });
    const metadata = new Metadata();
    metadata.set('x-ratelimit-limit', '100');
    metadata.set('x-ratelimit-remaining', '0');
    metadata.set('x-ratelimit-reset', '30');
    server.replies = [{ code: status.NOT_FOUND, metadata }];
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

type Done = (error: Error | null, stock?: Stock) => void;

describe('what is repeated over gRPC', () => {
  it.each<[string, 'getStock' | 'reserve', GrpcInterceptorOptions | undefined, string | undefined, number]>([
    ['not a method without a key', 'reserve', undefined, undefined, 1],
    ['a method with the key of its call', 'reserve', undefined, 'order-1', 2],
    ['a method by its name', 'getStock', { idempotent: ['GetStock'] }, undefined, 2],
    ['a method by its path', 'getStock', { idempotent: ['/shop.Inventory/GetStock'] }, undefined, 2],
    ['a method whose .proto says so', 'getStock', { idempotent: definition }, undefined, 2],
    ['not a method whose .proto does not say so', 'reserve', { idempotent: definition }, undefined, 1],
    ['not a method of another name', 'reserve', { idempotent: ['GetStock'] }, undefined, 1],
  ])('when the outcome is unknown: %s', async (_name, method, own, key, times) => {
    server.replies = [lost, undefined];
    const { provider, client } = start({}, own);
    const options = key === undefined ? {} : { idempotencyKey: key };
    await provider.execute(() => unary(client, method), options).catch(() => undefined);
    expect(server.seen).toHaveLength(times);
  });

  it('nothing of an unknown code, and not what follows a method that may be repeated', async () => {
    const { provider, client } = start({}, { idempotent: ['GetStock'] });
    server.replies = [{ code: 77 }, undefined];
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({ code: 77 });
    server.replies = [undefined, lost, undefined];
    const both = async () => {
      await unary(client, 'getStock');
      return unary(client, 'reserve');
    };
    await expect(provider.execute(both)).rejects.toMatchObject({ code: status.INTERNAL });
    server.replies = [undefined, lost, undefined];
    const otherWay = async () => {
      await unary(client, 'reserve');
      return unary(client, 'getStock');
    };
    await expect(provider.execute(otherWay)).rejects.toMatchObject({ code: status.INTERNAL });
    expect(server.seen.map(({ method }) => method)).toEqual(['Reserve', 'GetStock', 'Reserve', 'Reserve', 'GetStock']);
  });

  it('not a POST of HTTP that another client sends after a method of gRPC that may be repeated', async () => {
    const http = await httpServer();
    const { provider, client } = start({}, { idempotent: ['GetStock'] });
    const both = async () => {
      await unary(client, 'getStock');
      return fetch(http.url, { method: 'POST', body: '{}' });
    };
    await expect(provider.execute(both)).rejects.toThrow('fetch failed');
    expect(http.requests()).toBe(1);
    http.close();
  });

  it('after exactly the time that the server names, or never, as its pushback says', async () => {
    const { provider, client } = start({ retry: { attempts: 3, backoff: { initial: '10s', jitter: 'none' } } });
    const pushback = (ms: string) => {
      const metadata = new Metadata();
      metadata.set('grpc-retry-pushback-ms', ms);
      return { code: status.UNAVAILABLE, metadata };
    };
    server.replies = [pushback('20'), undefined];
    const startedAt = performance.now();
    await provider.execute(() => unary(client, 'reserve'));
    expect(performance.now() - startedAt).toBeGreaterThan(19);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    server.replies = [pushback('-1'), undefined];
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(server.seen).toHaveLength(3);
  });

  it('nothing by the client itself, whatever its service config says', async () => {
    const retryPolicy = {
      maxAttempts: 5,
      initialBackoff: '0.01s',
      maxBackoff: '0.01s',
      backoffMultiplier: 1,
      retryableStatusCodes: ['UNAVAILABLE', 'INTERNAL'],
    };
    const config = {
      'grpc.service_config': JSON.stringify({ loadBalancingConfig: [], methodConfig: [{ name: [{}], retryPolicy }] }),
    };
    const { provider } = start();
    server.replies = [lost];
    await expect(unary(clientWith(config), 'reserve')).rejects.toMatchObject({ code: status.INTERNAL });
    expect(server.seen).toHaveLength(5);
    server.seen.length = 0;
    const client = clientWith({ ...config, ...grpcClientOptions('inventory') });
    await expect(provider.execute(() => unary(client, 'reserve'))).rejects.toMatchObject({ code: status.INTERNAL });
    expect(server.seen).toHaveLength(1);
    const keyed = { idempotencyKey: 'order-1' };
    await expect(provider.execute(() => unary(client, 'reserve'), keyed)).rejects.toMatchObject({
      code: status.INTERNAL,
    });
    expect(server.seen).toHaveLength(4);
  });
});

describe('streams of gRPC within a call', () => {
  it('of answers: are read to their end, and repeated as their method may be', async () => {
    const { provider, client } = start({}, { idempotent: ['Watch'] });
    const read = async () => {
      const stocks: number[] = [];
      for await (const { left } of client.watch({ sku: 'pen' })) stocks.push(left);
      return stocks;
    };
    server.replies = [lost, undefined];
    expect(await provider.execute(read)).toEqual([3, 2, 1]);
    expect(server.seen).toHaveLength(2);
  });

  it('of answers: end with their call, and have no deadline that would outlast it', async () => {
    server.replies = ['hang'];
    const { provider, client } = start({ timeout: { total: '1s' } });
    const read = async () => {
      for await (const { sku } of client.watch({ sku: 'pen' })) expect(sku).toBe('first');
    };
    const error: unknown = await provider.execute(read).catch((thrown: unknown) => thrown);
    expect(isTimeoutError(error)).toBe(true);
    expect(server.seen[0]!.leftMs).toBe(Infinity);
    await until(() => server.seen[0]!.cancelled);
  });

  it('of answers: outlive the call that returns them', async () => {
    const { provider, client } = start({ timeout: { total: '30s' } });
    const stream = await provider.execute(async () => client.watch({ sku: 'pen' }));
    const stocks: number[] = [];
    for await (const { left } of stream) stocks.push(left);
    expect(stocks).toEqual([3, 2, 1]);
  });

  it.each<[string, GrpcInterceptorOptions | undefined, number]>([
    ['are sent once', undefined, 1],
    ['are sent again where the method makes them anew', { idempotent: ['Upload'] }, 2],
  ])('of requests: %s', async (_name, own, times) => {
    server.replies = [{ code: status.RESOURCE_EXHAUSTED }, undefined];
    const { provider, client } = start({}, own);
    const upload = () =>
      new Promise<Stock>((resolve, reject) => {
        const stream = client.upload((error, stock) => (error === null ? resolve(stock!) : reject(error)));
        for (const sku of ['a', 'b']) stream.write({ sku });
        stream.end();
      });
    const result: unknown = await provider
      .execute(upload, { idempotencyKey: 'order-1' })
      .catch((error: unknown) => error);
    expect(server.seen).toHaveLength(times);
    expect(result).toMatchObject(times === 1 ? { code: status.RESOURCE_EXHAUSTED } : { sku: 'a+b', left: 3 });
  });

  it('in both directions: go both ways, and end with their call', async () => {
    const { provider, client } = start({ timeout: { total: '2s' } });
    const sync = async (items: string[], ends: boolean) => {
      const stream = client.sync();
      for (const sku of items) stream.write({ sku });
      if (ends) stream.end();
      const skus: string[] = [];
      for await (const { sku } of stream) skus.push((sku as string) ?? '');
      return skus;
    };
    expect(await provider.execute(() => sync(['a', 'b'], true))).toEqual(['a', 'b']);
    const error: unknown = await provider.execute(() => sync(['a'], false)).catch((thrown: unknown) => thrown);
    expect(isTimeoutError(error)).toBe(true);
    await until(() => server.seen[1]!.cancelled);
  });
});

/** A server of HTTP that drops every connection once it has read the request. */
async function httpServer() {
  let requests = 0;
  const http = createServer((request) => {
    requests++;
    request.socket.destroy();
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: () => requests, close: () => http.close() };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
