import 'reflect-metadata';
import { ResilienceModule } from '@breakwater/nestjs';
import { SyncJob, SyncProcessor, SyncQueue, SyncQueueModule, type QueueDriver } from '@breakwater/queue';
import type { RateLimitOptions } from '@breakwater/core';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { setTimeout as sleep } from 'node:timers/promises';

const BATCH = 100;
/** Jobs at once, here and in BullMQ's own worker. */
export const CONCURRENCY = 32;

/** How many jobs a second were added, and how many processed. */
export interface Rates {
  readonly added: number;
  readonly processed: number;
  /** How much of this process's time one took, in microseconds: other work on the machine changes it little. */
  readonly cpuPerAdded: number;
  readonly cpuPerProcessed: number;
}

/** Times one step that handles so many jobs. */
export async function timed(count: number, work: () => Promise<void>): Promise<{ rate: number; cpu: number }> {
  const [since, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { rate: (count * 1000) / (performance.now() - since), cpu: (user + system) / count };
}

export function ratesOf(adding: { rate: number; cpu: number }, processing: { rate: number; cpu: number }): Rates {
  return {
    added: adding.rate,
    processed: processing.rate,
    cpuPerAdded: adding.cpu,
    cpuPerProcessed: processing.cpu,
  };
}

@SyncProcessor('crm')
class Idle {
  done = 0;
  whenDone: ((count: number) => void) | undefined;

  @SyncJob('sync')
  async run(): Promise<void> {
    this.done++;
    this.whenDone?.(this.done);
  }
}

/** An application whose processor does nothing. */
export class QueueUnderTest {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly queue: SyncQueue,
    private readonly idle: Idle,
  ) {}

  /** `rateLimit`: the provider's; none by default. */
  static async start(driver: QueueDriver, rateLimit?: RateLimitOptions): Promise<QueueUnderTest> {
    @Module({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { crm: { ...(rateLimit && { rateLimit }) } } }),
        SyncQueueModule.forRoot({ driver, concurrency: CONCURRENCY }),
      ],
      providers: [Idle],
    })
    class BenchModule {}
    const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
    return new QueueUnderTest(app, app.get(SyncQueue), app.get(Idle));
  }

  /** Adds so many jobs while the queue is paused, then lets them be processed. */
  async run(count: number): Promise<Rates> {
    await this.queue.pause('crm');
    const adding = await timed(count, async () => {
      for (let i = 0; i < count; i += BATCH) await this.queue.addAll('crm', batchFrom(i));
    });
    const last = this.idle.done + count;
    const finished = new Promise<void>((resolve) => {
      this.idle.whenDone = (done) => (done === last ? resolve() : undefined);
    });
    const processing = await timed(count, async () => {
      await this.queue.resume('crm');
      await finished;
    });
    await this.queue.drain('crm');
    return ratesOf(adding, processing);
  }

  /** Adds so many jobs a second for so long while they are processed. Returns how many of each a second there were. */
  async runAtPace(addedPerS: number, ms: number): Promise<Pick<Rates, 'added' | 'processed'>> {
    const [since, before] = [performance.now(), this.idle.done];
    const passed = () => performance.now() - since;
    await this.queue.resume('crm');
    let added = 0;
    while (passed() < ms) {
      await this.queue.addAll('crm', batchFrom(added));
      added += BATCH;
      await sleep((added * 1000) / addedPerS - passed());
    }
    const perS = (count: number) => (count * 1000) / passed();
    const rates = { added: perS(added), processed: perS(this.idle.done - before) };
    await this.queue.pause('crm');
    return rates;
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

function batchFrom(start: number): readonly { name: string; payload: { order: number } }[] {
  return Array.from({ length: BATCH }, (_, i) => ({ name: 'sync', payload: { order: start + i } }));
}
