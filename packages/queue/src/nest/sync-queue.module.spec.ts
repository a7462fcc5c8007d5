import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { currentCall, RateLimited, Resilience, ResilienceModule, Resilient } from '@breakwater/nestjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope, type OnModuleInit, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import type { SyncJobData } from '../jobs/sync-job-data.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import { SyncQueue } from '../sync-queue/sync-queue.js';
import { SyncJob } from './sync-job.decorator.js';
import { SyncProcessor } from './sync-processor.decorator.js';
import { SyncQueueModule } from './sync-queue.module.js';

const Order = z.object({ id: z.string(), amount: z.number() });

@Injectable()
@Resilient('crm')
class CrmClient {
  readonly sent: unknown[] = [];

  @RateLimited()
  async upsert(order: z.infer<typeof Order>): Promise<string> {
    this.sent.push(order.id);
    return `contact of ${order.id}`;
  }
}

@SyncProcessor('crm')
class CrmSync {
  readonly keys: unknown[] = [];

  constructor(private readonly client: CrmClient) {}

  @SyncJob('order.created', { schema: Order, retry: { attempts: 3 } })
  async created({ payload }: SyncJobData<z.infer<typeof Order>>): Promise<string> {
    this.keys.push(currentCall()?.idempotencyKey);
    return this.client.upsert(payload);
  }

  @SyncJob('order.cancelled')
  async cancelled(): Promise<void> {}
}

describe('SyncQueueModule', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function start(processors: readonly Type[], isAsync = false) {
    const driver = () => sqliteDriver({ file: join(folder, 'queue.sqlite') });
    @Module({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { crm: { rateLimit: { limit: 100, per: '1s' } } } }),
        isAsync
          ? SyncQueueModule.forRootAsync({ useFactory: () => ({ driver: driver() }) })
          : SyncQueueModule.forRoot({ driver: driver() }),
      ],
      providers: [CrmClient, ...processors],
    })
    class AppModule {}
    const app = (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication();
    app.useLogger(false);
    return app.init();
  }

  it.each([false, true])(
    'runs the jobs of its processors, and keeps them over a restart (async options: %s)',
    async (isAsync) => {
      let app = await start([CrmSync], isAsync);
      const queue = app.get(SyncQueue);
      const { id } = await queue.add('crm', 'order.created', { id: 'o-1', amount: 5 }, { key: 'o-1' });
      await queue.drain('crm');
      expect(await queue.get('crm', id)).toMatchObject({ state: 'completed', result: 'contact of o-1' });
      expect(app.get(CrmSync).keys).toEqual([id]);
      // The job and the call within it are one.
      const { policies } = app.get(Resilience).provider('crm').snapshot();
      expect(policies).toContainEqual(
        expect.objectContaining({ kind: 'rateLimit', admitted: 2, quotas: [expect.objectContaining({ used: 1 })] }),
      );
      await queue.add('crm', 'order.created', { id: 'o-2', amount: 5 }, { delay: '300ms' });
      await app.close();
      await expect(queue.add('crm', 'order.created', { id: 'o-3', amount: 5 })).rejects.toThrow(/not open/);

      app = await start([CrmSync], isAsync);
      await app.get(SyncQueue).drain('crm');
      expect(app.get(CrmClient).sent).toEqual(['o-2']);
      await app.close();
    },
  );

  it('refuses a payload that its schema does not know, and a provider that there is not', async () => {
    const app = await start([CrmSync]);
    const queue = app.get(SyncQueue);
    await expect(queue.add('crm', 'order.created', { id: 7 })).rejects.toThrow(/'order.created'.*id: .*amount: /);
    await expect(queue.add('cmr', 'order.created', {})).rejects.toThrow(/cmr.*crm/);
    await app.close();
  });

  it('adds only, where it is told not to work', async () => {
    @Module({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { crm: { rateLimit: { limit: 100, per: '1s' } } } }),
        SyncQueueModule.forRoot({ driver: sqliteDriver({ file: join(folder, 'queue.sqlite') }), work: false }),
      ],
      providers: [CrmClient, CrmSync],
    })
    class ProducerModule {}
    const app = (await Test.createTestingModule({ imports: [ProducerModule] }).compile()).createNestApplication();
    await app.init();
    await app.get(SyncQueue).add('crm', 'order.created', { id: 'o-1', amount: 5 });
    await pause(300);
    expect(await app.get(SyncQueue).counts('crm')).toMatchObject({ waiting: 1, completed: 0 });
    await app.close();
  });

  it('can be added to while other modules start, by each application that is made of one module', async () => {
    @Injectable()
    class Seeds implements OnModuleInit {
      constructor(@Inject(SyncQueue) private readonly queue: SyncQueue) {}

      async onModuleInit(): Promise<void> {
        await this.queue.add('crm', 'order.created', { id: 'o-1', amount: 5 });
      }
    }

    @Module({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { crm: { rateLimit: { limit: 100, per: '1s' } } } }),
        SyncQueueModule.forRoot({ driver: sqliteDriver({ file: join(folder, 'queue.sqlite') }) }),
      ],
      providers: [CrmClient, CrmSync, Seeds],
    })
    class AppModule {}
    const make = async () =>
      (await Test.createTestingModule({ imports: [AppModule] }).compile()).createNestApplication().init();
    const [one, other] = [await make(), await make()];
    const sent = () => [one, other].map((app) => app.get(CrmClient).sent.length).reduce((sum, count) => sum + count);
    while (sent() < 2) await pause(10);
    await one.close();
    await other.get(SyncQueue).add('crm', 'order.created', { id: 'o-2', amount: 5 });
    await other.get(SyncQueue).drain('crm');
    await other.close();
    const third = await make();
    await third.get(SyncQueue).drain('crm');
    expect(third.get(CrmClient).sent).toEqual(['o-1']);
    await third.close();
  });

  it('lists everything that is wrong with its processors at boot', async () => {
    @SyncProcessor('crm')
    class Empty {}

    @SyncProcessor('crm')
    class Twice {
      @SyncJob('order.created')
      again(): void {}

      @SyncJob('')
      unnamed(): void {}

      @SyncJob('nightly', { schedule: { cron: 'every night' }, timeout: 'long' as never })
      nightly(): void {}
    }

    @Injectable({ scope: Scope.REQUEST })
    class OfTheRequest {}

    @SyncProcessor('crm')
    class Scoped {
      constructor(readonly request: OfTheRequest) {}

      @SyncJob('scoped')
      run(): void {}
    }
    Reflect.defineMetadata('design:paramtypes', [OfTheRequest], Scoped);
    const booted = start([CrmSync, Empty, Twice, OfTheRequest, Scoped]);
    await expect(booted).rejects.toThrow(/Empty: has no method/);
    await expect(booted).rejects.toThrow(/Twice: 'order.created' of 'crm' has a processor already/);
    await expect(booted).rejects.toThrow(/Twice\.unnamed \(@SyncJob\): '' given; expected the name of a job/);
    await expect(booted).rejects.toThrow(/cron: |'every night' given/);
    await expect(booted).rejects.toThrow(/timeout: .*expected a duration/);
    await expect(booted).rejects.toThrow(/Scoped: a processor cannot be request-scoped/);
  });
});
