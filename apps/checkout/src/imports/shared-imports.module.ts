import { type QueueDriver, SyncQueueModule } from '@breakwater/queue';
import { bullmqDriver } from '@breakwater/queue/bullmq';
import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { createPostgresBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { checkoutConfig } from '../config/checkout.config.js';
import { ImportsController } from './imports.controller.js';

/** Imports of tenants, in a second queue on a server that hosts share: that of `QUEUE_URL`, or of `STORE_URL`. */
@Module({
  imports: [
    SyncQueueModule.forRootAsync({
      // All others go on with the queue of the shop's database.
      isGlobal: false,
      inject: [checkoutConfig.KEY],
      useFactory: (config: ConfigType<typeof checkoutConfig>) => ({
        driver: driverOf(config),
        lease: config.queueLeaseMs,
        grace: config.graceMs,
      }),
    }),
  ],
  controllers: [ImportsController],
})
export class SharedImportsModule {}

function driverOf({ queueUrl, queuePrefix }: ConfigType<typeof checkoutConfig>): QueueDriver {
  if (/^rediss?:/.test(queueUrl)) {
    return bullmqDriver({ connection: new Redis(queueUrl, { maxRetriesPerRequest: null }), prefix: queuePrefix });
  }
  const connection = { connectionString: queueUrl, schema: queuePrefix.replaceAll('-', '_'), migrate: true };
  return bullmqDriver({ connection, backend: createPostgresBackend });
}
