import { createProvider, type ProviderOptions } from '@breakwater/core';
import { recordEvents, TestClock, type RecordedEvents } from '@breakwater/core/testing';
import type { JobHandler } from '../jobs/job-handler.js';
import { readJobOptions, type SyncJobOptions } from '../jobs/job-settings.js';
import { sqliteDriver } from '../sqlite/sqlite-driver.js';
import type { QueueDriver } from '../driver/queue-driver.js';
import { createSyncQueue } from './create-sync-queue.js';
import type { LiveSyncQueue } from './live-sync-queue.js';
import type { SyncQueueOptions } from './sync-queue.options.js';

/** A queue with one provider, `crm`, on a clock that stands still. */
export class QueueFixture {
  readonly provider;
  readonly queue: LiveSyncQueue;
  readonly driver: QueueDriver;
  readonly events: RecordedEvents;
  private readonly handlers: JobHandler[] = [];

  constructor(
    provider: ProviderOptions = {},
    options: Partial<SyncQueueOptions> = {},
    readonly clock = new TestClock(),
  ) {
    this.provider = createProvider('crm', provider, { clock, trackCalls: true, random: () => 0.5 });
    this.driver = options.driver ?? sqliteDriver({ file: ':memory:' });
    this.queue = createSyncQueue(
      { driver: this.driver, ...options },
      { clock, random: () => 0.5, provider: () => this.provider },
    );
    this.events = recordEvents(this.provider);
  }

  on(name: string, run: JobHandler['run'], options: SyncJobOptions = {}): this {
    const settings = readJobOptions(options, name);
    this.handlers.push({ provider: 'crm', name, schema: options.schema, settings, run });
    return this;
  }

  async start(): Promise<this> {
    await this.queue.start(this.handlers);
    return this;
  }

  async stop(): Promise<void> {
    const stopped = this.queue.stop();
    await this.clock.advance('1m');
    await stopped;
    await this.queue.close();
  }

  /** The state of a job, and what became of its attempts. */
  async shown(id: string): Promise<string> {
    const job = await this.queue.get('crm', id);
    if (job === undefined) return 'unknown';
    return [job.state, ...job.history.map(({ failure }) => failure)].join(' ');
  }
}
