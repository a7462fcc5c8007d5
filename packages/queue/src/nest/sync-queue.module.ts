import { Resilience } from '@breakwater/nestjs';
import { SystemClock, type Clock } from '@breakwater/core';
import {
  Inject,
  Logger,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { createSyncQueue } from '../sync-queue/create-sync-queue.js';
import type { LiveSyncQueue } from '../sync-queue/live-sync-queue.js';
import type { SyncQueueOptions } from '../sync-queue/sync-queue.options.js';
import { SyncQueue } from '../sync-queue/sync-queue.js';
import { ProcessorsExplorer } from './processors.explorer.js';
import { QueueLog } from './queue-log.js';
import { CLOCK, QUEUE_OPTIONS } from './tokens.js';

/** The driver that keeps the jobs, and how this process works on them. */
export interface SyncQueueModuleOptions extends SyncQueueOptions {
  /** Whether the module serves the whole application. Default true. */
  isGlobal?: boolean;
}

/** How the module's options are made when the application starts. */
export interface SyncQueueModuleAsyncOptions extends Pick<DynamicModule, 'imports'> {
  isGlobal?: boolean;
  inject?: NonNullable<Extract<Provider, { useFactory: unknown }>['inject']>;
  useFactory: (...args: never[]) => SyncQueueOptions | Promise<SyncQueueOptions>;
}

/**
 * Runs the jobs of an application's processors in the background, at the pace of the providers of its
 * `ResilienceModule`. Begins when the application has started; at its end it lets what is under way be done, or sends
 * it back.
 */
@Module({})
export class SyncQueueModule implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('SyncQueue');

  constructor(
    @Inject(SyncQueue) private readonly queue: LiveSyncQueue,
    @Inject(ProcessorsExplorer) private readonly explorer: ProcessorsExplorer,
    @Inject(QueueLog) private readonly log: QueueLog,
  ) {}

  static forRoot(options: SyncQueueModuleOptions): DynamicModule {
    const { isGlobal = true, ...rest } = options;
    return moduleOf(isGlobal, { provide: QUEUE_OPTIONS, useValue: rest }, []);
  }

  static forRootAsync(options: SyncQueueModuleAsyncOptions): DynamicModule {
    const { isGlobal = true, imports = [], inject = [], useFactory } = options;
    const factory = useFactory as (...args: unknown[]) => unknown;
    return moduleOf(isGlobal, { provide: QUEUE_OPTIONS, inject, useFactory: factory }, imports);
  }

  /** Before the modules that import this one: their providers add jobs as they start. */
  onModuleInit(): Promise<void> {
    return this.queue.open();
  }

  async onApplicationBootstrap(): Promise<void> {
    this.log.start();
    await this.queue.start(this.explorer.handlers());
  }

  async onModuleDestroy(): Promise<void> {
    const sentBack = await this.queue.stop();
    if (sentBack > 0) this.logger.warn(`${sentBack} jobs outlasted the grace of the shutdown and were sent back`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.close();
    this.log.stop();
  }
}

function moduleOf(global: boolean, options: Provider, imports: NonNullable<DynamicModule['imports']>): DynamicModule {
  return {
    module: SyncQueueModule,
    global,
    imports: [DiscoveryModule, ...imports],
    providers: [
      options,
      {
        provide: SyncQueue,
        inject: [QUEUE_OPTIONS, Resilience, { token: CLOCK, optional: true }],
        useFactory: (given: SyncQueueOptions, resilience: Resilience, clock: Clock | undefined) =>
          createSyncQueue(given, { provider: (name) => resilience.provider(name), clock: clock ?? new SystemClock() }),
      },
      ProcessorsExplorer,
      QueueLog,
    ],
    exports: [SyncQueue],
  };
}
