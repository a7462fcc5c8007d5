import { MemoryStore, type Bus } from '@breakwater/core';
import { migrate, PostgresStore } from '@breakwater/postgres';
import { RedisStore } from '@breakwater/redis';
import { serverOrReason, ServerUnavailableError, startPostgres, startRedis } from '@breakwater/servers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { Resilience, ResilienceModule, type ResilienceModuleOptions } from '../../src/index.js';

const settings = {
  logger: false,
  providers: {
    payments: {
      rateLimit: { limit: 10, per: '1s' },
      circuitBreaker: { shared: { quorum: 2 } },
      cache: { ttl: '1m', shared: true },
      idempotency: { wait: '5s' },
    },
  },
} as const satisfies ResilienceModuleOptions;

/** An application whose root module closes what is its own, as it is told: before the modules that it imports. */
async function start(options: ResilienceModuleOptions, close: () => Promise<void>): Promise<INestApplication> {
  @Module({ imports: [ResilienceModule.forRoot({ ...settings, ...options })] })
  class AppModule implements OnApplicationShutdown {
    onApplicationShutdown(): Promise<void> {
      return close();
    }
  }
  const app = await NestFactory.create(AppModule as Type, { logger: false });
  return app.init();
}

/** Has the provider made, which subscribes for its policies. */
async function useAll(app: INestApplication): Promise<void> {
  const payments = app.get(Resilience).provider('payments');
  await payments.execute(async () => 'done', { operation: 'charge', idempotencyKey: 'order-1' });
}

describe('the end of an application', () => {
  it('ends all subscriptions at the bus of its store, and makes none any more', async () => {
    const store = new MemoryStore();
    const standing = new Set<string>();
    let made = 0;
    const bus: Bus = {
      publish: (topic, message) => store.bus.publish(topic, message),
      subscribe: async (topic, listener) => {
        const name = `${topic} ${++made}`;
        const unsubscribe = await store.bus.subscribe(topic, listener);
        standing.add(name);
        return async () => {
          standing.delete(name);
          await unsubscribe();
        };
      },
      close: () => store.bus.close(),
    };
    const spied = new Proxy(store, {
      get: (target, name) => {
        if (name === 'bus') return bus;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const seen: number[] = [];
    const app = await start({ store: spied }, async () => void seen.push(standing.size));
    await useAll(app);
    expect(made).toBeGreaterThan(0);
    expect(standing.size).toBe(made);
    await app.close();
    expect(seen).toEqual([0]);
    expect(standing.size).toBe(0);
    await store.close();
  });
});

const postgres = await serverOrReason(startPostgres);

(postgres instanceof ServerUnavailableError ? describe.skip : describe)('the end of an application on Postgres', () => {
  if (postgres instanceof ServerUnavailableError) return;
  afterAll(() => postgres.stop());

  it('leaves the pool without a connection in use, so that its owner can end it', async () => {
    const pool = new Pool({ connectionString: postgres.url });
    await migrate(pool);
    const app = await start({ store: new PostgresStore(pool) }, () => pool.end());
    await useAll(app);
    expect(pool.totalCount - pool.idleCount).toBe(1); // that of the bus
    await app.close(); // waits for every connection that was taken from the pool
    expect(pool.totalCount).toBe(0);
  });
});

const redis = await serverOrReason(startRedis);

(redis instanceof ServerUnavailableError ? describe.skip : describe)('the end of an application on Redis', () => {
  if (redis instanceof ServerUnavailableError) return;
  afterAll(() => redis.stop());

  it('closes the connection that the bus has opened', async () => {
    const watching = new Redis(redis.url);
    const count = async () =>
      String(await watching.client('LIST'))
        .trim()
        .split('\n').length;
    const before = await count();
    const client = new Redis(redis.url);
    const app = await start({ store: new RedisStore(client) }, async () => client.disconnect());
    await useAll(app);
    expect(await count()).toBe(before + 2);
    await app.close();
    for (let left = await count(); left > before; left = await count());
    watching.disconnect();
  });
});
