import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { liveSecret } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, Transport, type ClientGrpc } from '@nestjs/microservices';
import { firstValueFrom, from, lastValueFrom, Observable, take, toArray } from 'rxjs';
import { InventoryServer, protoPath, type Item, type Stock } from '../../../test/grpc/inventory-server.fixture.js';
import { Idempotent } from '../../decorators/idempotent.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { Retry } from '../../decorators/retry.decorator.js';
import { getProviderToken } from '../../inject/get-provider-token.js';
import { ResilienceModule } from '../../resilience.module.js';
import { grpcClientOptions } from './grpc-client-options.js';

/** The service as Nest's client has it. */
interface InventoryService {
  getStock(item: Item): Observable<Stock>;
  reserve(item: Item): Observable<Stock>;
  watch(item: Item): Observable<Stock>;
  upload(items: Observable<Item>): Observable<Stock>;
  sync(items: Observable<Item>): Observable<Stock>;
}

@Injectable()
@Resilient('inventory')
class InventoryClient {
  private readonly service: InventoryService;

  constructor(@Inject('INVENTORY') grpc: ClientGrpc) {
    this.service = grpc.getService<InventoryService>('Inventory');
  }

  @Resilient('inventory')
  stock(sku: string): Observable<Stock> {
    return this.service.getStock({ sku });
  }

  @Resilient('inventory')
  async stockLater(sku: string): Promise<Stock> {
    return firstValueFrom(this.service.getStock({ sku }));
  }

  @Retry()
  async reserve(sku: string): Promise<Stock> {
    return firstValueFrom(this.service.reserve({ sku }));
  }

  @Retry()
  @Idempotent({ key: (order: { id: string }) => order.id })
  async reserveOnce(order: { id: string }): Promise<Stock> {
    return firstValueFrom(this.service.reserve({ sku: order.id }));
  }

  @Resilient('inventory')
  watch(sku: string): Observable<Stock> {
    return this.service.watch({ sku });
  }

  @Retry()
  upload(items: Observable<Item>): Observable<Stock> {
    return this.service.upload(items);
  }

  @Resilient('inventory')
  sync(items: Observable<Item>): Observable<Stock> {
    return this.service.sync(items);
  }
}

const KEY = liveSecret();

let server: InventoryServer;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  server = await new InventoryServer().listen();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  server.close();
});

const inventory = {
  http: { auth: { bearer: KEY }, hosts: ['127.0.0.1'] },
  retry: { attempts: 3, backoff: { initial: 1 } },
  timeout: { total: '20s' },
} as const;

async function start(channelOptions: object = grpcClientOptions('inventory', { idempotent: ['GetStock', 'Watch'] })) {
  const client = { package: 'shop', protoPath, url: server.url, channelOptions };
  @Module({
    imports: [
      ResilienceModule.forRoot({ logger: false, providers: { inventory } }),
      ClientsModule.register([{ name: 'INVENTORY', transport: Transport.GRPC, options: client }]),
    ],
    providers: [InventoryClient],
  })
  class AppModule {}
  app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  return app.get(InventoryClient);
}

const lost = { code: status.INTERNAL, details: 'lost' };

describe('Nest’s client of gRPC under decorators', () => {
  it('repeats a unary method that may be, as an Observable and as a promise', async () => {
    const client = await start();
    server.replies = [lost, undefined];
    expect(await lastValueFrom(client.stock('pen'))).toMatchObject({ sku: 'pen' });
    server.replies = [lost, undefined];
    expect(await client.stockLater('pen')).toMatchObject({ sku: 'pen' });
    expect(server.seen).toHaveLength(4);
    const { metadata, leftMs } = server.seen[3]!;
    expect(metadata.get('authorization')).toEqual([`Bearer ${KEY}`]);
    expect(leftMs).toBeLessThan(20_100);
  });

  it('does not repeat a method without a key, and one with it carries the same key each time', async () => {
    const client = await start();
    server.replies = [lost, undefined];
    await expect(client.reserve('pen')).rejects.toMatchObject({ code: status.INTERNAL });
    expect(server.seen).toHaveLength(1);
    server.replies = [lost, undefined];
    await client.reserveOnce({ id: 'order-1' });
    const keys = server.seen.slice(1).map(({ metadata }) => metadata.get('idempotency-key'));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toEqual(keys[1]);
    expect(keys[0]).toHaveLength(1);
  });

  it('repeats a stream of answers until the first has come, and not after that', async () => {
    const client = await start();
    server.replies = [lost, undefined];
    expect(await lastValueFrom(client.watch('pen').pipe(toArray()))).toHaveLength(3);
    expect(server.seen).toHaveLength(2);
  });

  it('ends the stream on the server when its subscriber has enough', async () => {
    const client = await start();
    server.replies = ['hang'];
    await lastValueFrom(client.watch('pen').pipe(take(1)));
    while (!server.seen[0]!.cancelled) await sleep(10);
    expect(server.seen[0]!.cancelled).toBe(true);
  });

  it('sends a stream of requests once', async () => {
    const client = await start();
    expect(await lastValueFrom(client.upload(from([{ sku: 'a' }, { sku: 'b' }])))).toMatchObject({ sku: 'a+b' });
    server.replies = [{ code: status.RESOURCE_EXHAUSTED }, undefined];
    const upload = lastValueFrom(client.upload(from([{ sku: 'a' }])));
    await expect(upload).rejects.toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect(server.seen).toHaveLength(2);
  });

  it('goes both ways', async () => {
    const client = await start();
    const skus = await lastValueFrom(client.sync(from([{ sku: 'a' }, { sku: 'b' }])).pipe(toArray()));
    expect(skus.map(({ sku }) => sku)).toEqual(['a', 'b']);
  });

  it('carries the credential outside of decorated methods where the provider is injected into its options', async () => {
    @Module({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { inventory } }),
        ClientsModule.registerAsync([
          {
            name: 'INVENTORY',
            inject: [getProviderToken('inventory')],
            useFactory: (provider: Parameters<typeof grpcClientOptions>[0]) => ({
              transport: Transport.GRPC,
              options: { package: 'shop', protoPath, url: server.url, channelOptions: grpcClientOptions(provider) },
            }),
          },
        ]),
      ],
    })
    class AppModule {}
    app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    const service = app.get<ClientGrpc>('INVENTORY').getService<InventoryService>('Inventory');
    await firstValueFrom(service.reserve({ sku: 'pen' }));
    expect(server.seen[0]!.metadata.get('authorization')).toEqual([`Bearer ${KEY}`]);
  });
});
