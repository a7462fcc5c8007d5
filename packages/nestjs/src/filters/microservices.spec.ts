import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { createProvider, type Outcome } from '@breakwater/core';
import { freePort } from '@breakwater/servers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, type INestApplication, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  GrpcMethod,
  GrpcStreamMethod,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { firstValueFrom, from, mergeMap, type Observable } from 'rxjs';
import {
  InventoryClientClass,
  protoPath,
  type InventoryClient,
  type Item,
} from '../../test/grpc/inventory-server.fixture.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

@Injectable()
@Resilient('warehouse')
class WarehouseClient {
  @CircuitBreaker()
  async find(sku: string): Promise<{ sku: string; left: number }> {
    return { sku, left: 1 };
  }

  @Timeout({ attempt: 20 })
  async hang(): Promise<never> {
    return new Promise(() => undefined);
  }
}

@Controller()
class InventoryController {
  constructor(private readonly warehouse: WarehouseClient) {}

  @GrpcMethod('Inventory', 'GetStock')
  getStock({ sku }: Item): Promise<object> {
    return this.warehouse.find(sku);
  }

  @GrpcMethod('Inventory', 'Reserve')
  reserve({ sku }: Item): Promise<object> {
    if (sku === 'slow') return this.warehouse.hang();
    throw new TypeError('a bug');
  }

  @GrpcMethod('Inventory', 'Watch')
  watch({ sku }: Item): Observable<object> {
    return from([1, 2]).pipe(mergeMap(() => this.warehouse.find(sku)));
  }

  @GrpcStreamMethod('Inventory', 'Sync')
  sync(items: Observable<Item>): Observable<object> {
    return items.pipe(mergeMap(({ sku }) => this.warehouse.find(sku)));
  }

  @MessagePattern('stock')
  byMessage(sku: string): Promise<object> {
    return this.warehouse.find(sku);
  }
}

const warehouse = { circuitBreaker: { openFor: '5s' }, timeout: { attempt: '2s' } } as const;

@Module({
  imports: [ResilienceModule.forRoot({ logger: false, providers: { warehouse } })],
  controllers: [InventoryController],
  providers: [WarehouseClient],
})
class AppModule {}

let service: INestMicroservice | INestApplication;
let port: number;

async function serve(transport: Transport.GRPC | Transport.TCP): Promise<void> {
  port = await freePort();
  const options: MicroserviceOptions =
    transport === Transport.GRPC
      ? { transport, options: { package: 'shop', protoPath, url: `127.0.0.1:${port}` } }
      : { transport, options: { host: '127.0.0.1', port } };
  const microservice = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
    ...options,
    logger: false,
  });
  await microservice.listen();
  service = microservice;
}

afterEach(() => service.close());

describe('a caller of a service of gRPC', () => {
  let client: InventoryClient;

  beforeEach(async () => {
    await serve(Transport.GRPC);
    const insecure = credentials.createInsecure();
    client = new InventoryClientClass(`127.0.0.1:${port}`, insecure) as unknown as InventoryClient;
  });
  afterEach(() => client.close());

  const unary = (method: 'getStock' | 'reserve', sku: string) =>
    new Promise<unknown>((resolve, reject) => {
      client[method]({ sku }, new Metadata(), (error, stock) => (error === null ? resolve(stock) : reject(error)));
    });
  const errorOf = (calling: Promise<unknown>): Promise<ServiceError> =>
    calling.then(
      () => Promise.reject(new Error('it went well')),
      (error: unknown) => error as ServiceError,
    );
  const open = () => service.get(Resilience).provider('warehouse').circuitBreaker!.forceOpen();

  it('is told that an open circuit is UNAVAILABLE, and when to come back', async () => {
    await unary('getStock', 'pen');
    open();
    const error = await errorOf(unary('getStock', 'pen'));
    expect(error).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'A service that this request depends on is unavailable.',
    });
    const [pushback] = error.metadata.get('grpc-retry-pushback-ms');
    expect(Number(pushback)).toBeGreaterThan(4000);
    expect(String(error.metadata.get('grpc-status-details-bin')[0])).toMatch(/CIRCUIT_OPEN.*breakwater.*warehouse/s);
    expect(error.message).not.toMatch(/WarehouseClient/);
  });

  it('is told so by a stream of answers, and by one in both directions', async () => {
    open();
    const read = async (stream: AsyncIterable<unknown>) => {
      for await (const stock of stream) expect(stock).toBeUndefined();
    };
    expect(await errorOf(read(client.watch({ sku: 'pen' })))).toMatchObject({ code: status.UNAVAILABLE });
    const both = client.sync();
    both.write({ sku: 'pen' });
    both.end();
    expect(await errorOf(read(both))).toMatchObject({ code: status.UNAVAILABLE });
  });

  it('is told of time limits, and other errors are left to Nest', async () => {
    expect(await errorOf(unary('reserve', 'slow'))).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(await errorOf(unary('reserve', 'bug'))).toMatchObject({ code: status.UNKNOWN });
  });

  it('comes back after exactly that time, where it is an application of ours', async () => {
    open();
    let outcome: Outcome | undefined;
    const classify = (_result: unknown, { standard }: { standard(): Outcome }) => {
      outcome = standard();
      return undefined;
    };
    const caller = createProvider('inventory', { classify });
    await expect(caller.execute(() => unary('getStock', 'pen'))).rejects.toMatchObject({ code: status.UNAVAILABLE });
    expect(outcome).toMatchObject({
      kind: 'transient',
      pushback: 'exact',
      retryAfterMs: expect.any(Number) as unknown,
    });
  });
});

describe('a caller of a service of another transport', () => {
  it('gets the code, the provider and the time as they are', async () => {
    await serve(Transport.TCP);
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    await firstValueFrom(client.send('stock', 'pen'));
    service.get(Resilience).provider('warehouse').circuitBreaker!.forceOpen();
    await expect(firstValueFrom(client.send('stock', 'pen'))).rejects.toMatchObject({
      status: 'error',
      code: 'CIRCUIT_OPEN',
      provider: 'warehouse',
      retryAfterMs: expect.any(Number) as unknown,
    });
    client.close();
  });
});
