import { setTimeout as sleep } from 'node:timers/promises';
import type { SecretSource } from '@breakwater/secrets';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, Transport, type ClientGrpc } from '@nestjs/microservices';
import { firstValueFrom, lastValueFrom, map, Observable, range, toArray } from 'rxjs';
import {
  InventoryClientClass,
  InventoryServer,
  protoPath,
  type InventoryClient,
  type Item,
  type Stock,
} from '../../../test/grpc/inventory-server.fixture.js';
import { Idempotent } from '../../decorators/idempotent.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { secret } from '../../config/fields/secret.js';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import { grpcClientOptions } from './grpc-client-options.js';

interface InventoryService {
  reserve(item: Item, metadata?: Metadata): Observable<Stock>;
  watch(item: Item): Observable<Stock>;
  upload(items: Observable<Item>): Observable<Stock>;
  sync(items: Observable<Item>): Observable<Stock>;
}

@Injectable()
@Resilient('inventory')
class Inventory {
  readonly service: InventoryService;

  constructor(@Inject('INVENTORY') grpc: ClientGrpc) {
    this.service = grpc.getService<InventoryService>('Inventory');
  }

  @Resilient('inventory')
  @Idempotent({ key: (sku: string) => sku })
  async reserve(sku: string): Promise<Stock> {
    return firstValueFrom(this.service.reserve({ sku }));
  }

  @Resilient('inventory')
  async reserveUnkeyed(sku: string, metadata = new Metadata()): Promise<Stock> {
    return firstValueFrom(this.service.reserve({ sku }, metadata));
  }

  @Resilient('inventory')
  watch(sku: string): Observable<Stock> {
    return this.service.watch({ sku });
  }

  @Resilient('inventory')
  upload(items: Observable<Item>): Observable<Stock> {
    return this.service.upload(items);
  }

  @Resilient('inventory')
  sync(items: Observable<Item>): Observable<Stock> {
    return this.service.sync(items);
  }
}

/** A secret that is rotated, and how often it was read. */
class Rotating implements SecretSource {
  readonly name = 'rotating';
  readonly refresh = '1h';
  readonly reads: string[] = [];
  value = 'first';
  /** Readings wait for it. */
  held: Promise<void> = Promise.resolve();

  async get(): ReturnType<SecretSource['get']> {
    await this.held;
    this.reads.push(this.value);
    return { value: this.value, version: this.value };
  }
}

let server: InventoryServer;
let source: Rotating;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  server = await new InventoryServer().listen();
  source = new Rotating();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  server.close();
});

async function start(): Promise<Inventory> {
  const channelOptions = grpcClientOptions('inventory');
  const client = { package: 'shop', protoPath, url: server.url, channelOptions };
  const inventory = {
    http: { auth: { bearer: secret('KEY') }, hosts: ['127.0.0.1'] },
    retry: { attempts: 3, backoff: { initial: 1 } },
  } as const;
  @Module({
    imports: [
      ResilienceModule.forRoot({ logger: false, secrets: [source], providers: { inventory } }),
      ClientsModule.register([{ name: 'INVENTORY', transport: Transport.GRPC, options: client }]),
    ],
    providers: [Inventory],
  })
  class AppModule {}
  app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  return app.get(Inventory);
}

function rotate(): void {
  source.value = 'second';
  server.accepted = 'Bearer second';
}

const sent = () => server.seen.map(({ metadata }) => metadata.get('authorization')[0]);
const pens = (count: number) => range(count).pipe(map((n) => ({ sku: `pen-${n}` })));
const refused = { code: status.UNAUTHENTICATED };

describe('a credential that a server of gRPC refuses', () => {
  it('is read anew once for all requests that are under way, and each is sent once more with its message and key', async () => {
    const inventory = await start();
    await inventory.reserve('pen');
    rotate();
    const skus = Array.from({ length: 40 }, (_, n) => `pen-${n}`);
    const stocks = await Promise.all(skus.map((sku) => inventory.reserve(sku)));
    expect(stocks.map(({ sku }) => sku)).toEqual(skus);
    expect(source.reads).toEqual(['first', 'second']);
    const keys = server.seen.slice(1).map(({ metadata }) => String(metadata.get('idempotency-key')[0]));
    expect(new Set(keys).size).toBe(40);
    expect(keys.length).toBeLessThanOrEqual(80);
    expect(sent().filter((value) => value === 'Bearer second')).toHaveLength(40);
  });

  it.each<[string, (inventory: Inventory) => Observable<Stock>, string[]]>([
    ['a stream of answers', (inventory) => inventory.watch('pen'), ['pen', 'pen', 'pen']],
    [
      'a stream of requests',
      (inventory) => inventory.upload(pens(16)),
      [[...Array(16).keys()].map((n) => `pen-${n}`).join('+')],
    ],
    ['both ways', (inventory) => inventory.sync(pens(3)), ['pen-0', 'pen-1', 'pen-2']],
  ])('is renewed for %s, of which nothing is lost', async (_, call, expected) => {
    const inventory = await start();
    rotate();
    const stocks = await lastValueFrom(call(inventory).pipe(toArray()));
    expect(stocks.map(({ sku }) => sku)).toEqual(expected);
    expect(sent()).toEqual(['Bearer first', 'Bearer second']);
  });

  it('reaches the caller where a long stream of requests cannot be sent again, and the next one has the new credential', async () => {
    const inventory = await start();
    rotate();
    await expect(lastValueFrom(inventory.upload(pens(17)))).rejects.toMatchObject(refused);
    expect(sent()).toEqual(['Bearer first']);
    await renewed();
    await lastValueFrom(inventory.upload(pens(17)));
    expect(sent()).toEqual(['Bearer first', 'Bearer second']);
  });

  it('reaches the caller where the stream has begun to answer', async () => {
    const inventory = await start();
    server.replies = ['begin and refuse', undefined];
    source.value = 'second';
    await expect(lastValueFrom(inventory.watch('pen'))).rejects.toMatchObject(refused);
    await renewed();
    expect(await lastValueFrom(inventory.watch('pen').pipe(toArray()))).toHaveLength(3);
    expect(sent()).toEqual(['Bearer first', 'Bearer second']);
  });

  it('reaches the caller where there is no other, or that is refused, too', async () => {
    const inventory = await start();
    server.accepted = 'Bearer third';
    await expect(inventory.reserveUnkeyed('pen')).rejects.toMatchObject(refused);
    expect(sent()).toEqual(['Bearer first']);
    rotate();
    server.accepted = 'Bearer third';
    await expect(inventory.reserveUnkeyed('pen')).rejects.toMatchObject(refused);
    expect(server.seen.length).toBeLessThanOrEqual(3);
  });

  it('is left alone where it is the caller’s own', async () => {
    const inventory = await start();
    rotate();
    const metadata = new Metadata();
    metadata.set('authorization', 'Bearer of the caller');
    await expect(inventory.reserveUnkeyed('pen', metadata)).rejects.toMatchObject(refused);
    expect(source.reads).toEqual(['first']);
    expect(sent()).toEqual(['Bearer of the caller']);
  });

  it('does not count as a request that may have been carried out', async () => {
    const inventory = await start();
    rotate();
    server.replies = [{ code: status.RESOURCE_EXHAUSTED }, undefined];
    expect(await inventory.reserveUnkeyed('pen')).toMatchObject({ sku: 'pen' });
    expect(sent()).toEqual(['Bearer first', 'Bearer second', 'Bearer second']);
  });

  it('holds no call longer than its abort', async () => {
    await start();
    const provider = app!.get(Resilience).provider('inventory');
    const client = new InventoryClientClass(server.url, credentials.createInsecure(), grpcClientOptions(provider));
    const { reserve } = client as unknown as InventoryClient;
    rotate();
    let release = () => {};
    source.held = new Promise((resolve) => (release = resolve));
    const caller = new AbortController();
    let done: unknown;
    const work = () =>
      new Promise((resolve, reject) => {
        reserve.call(client, { sku: 'pen' }, new Metadata(), (error, stock) => {
          done = error;
          return error === null ? resolve(stock) : reject(error);
        });
      });
    const calling = provider.execute(work, { signal: caller.signal });
    await until(() => server.seen.length === 1);
    setTimeout(() => caller.abort(new Error('enough')), 20);
    await expect(calling).rejects.toThrow('enough');
    expect(done).toMatchObject({ code: status.CANCELLED });
    release();
    await sleep(20);
    expect(sent()).toEqual(['Bearer first']);
    client.close();
  });

  it('is renewed outside of calls, too', async () => {
    await start();
    const provider = app!.get(Resilience).provider('inventory');
    const client = new InventoryClientClass(server.url, credentials.createInsecure(), grpcClientOptions(provider));
    rotate();
    const stocks: string[] = [];
    for await (const { sku } of (client as unknown as InventoryClient).watch({ sku: 'pen' })) stocks.push(sku);
    expect(stocks).toHaveLength(3);
    expect(sent()).toEqual(['Bearer first', 'Bearer second']);
    client.close();
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

/** The secret has been read anew, and is in force. */
async function renewed(): Promise<void> {
  await until(() => source.reads.length === 2);
  await sleep(10);
}
