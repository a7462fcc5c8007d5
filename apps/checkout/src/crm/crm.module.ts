import { type QueueDriver, sqliteDriver, SyncQueueModule } from '@breakwater/queue';
import { bullmqDriver } from '@breakwater/queue/bullmq';
import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { createPostgresBackend } from 'bullmq';
import { Redis } from 'ioredis';
import { checkoutConfig } from '../config/checkout.config.js';
import { CrmClient } from './crm.client.js';
import { CrmSync } from './crm-sync.processor.js';
import { CustomersController } from './customers.controller.js';
import { ImportsController } from './imports.controller.js';

/** Syncs with the CRM. Imported where there is one: `CRM_URL`. */
@Module({
  imports: [
    SyncQueueModule.forRootAsync({
      inject: [checkoutConfig.KEY],
      useFactory: (config: ConfigType<typeof checkoutConfig>) => ({
        driver: driverOf(config),
        lease: config.queueLeaseMs,
      }),
    }),
  ],
  controllers: [ImportsController, CustomersController],
  providers: [CrmClient, CrmSync],
})
export class CrmModule {}

/** Where `STORE_URL` names a server that several hosts share, there; otherwise the shop's own database. */
function driverOf({ databaseFile, storeUrl }: ConfigType<typeof checkoutConfig>): QueueDriver {
  const prefix = process.env['QUEUE_PREFIX'] || 'bull';
  if (/^rediss?:/.test(storeUrl)) {
    return bullmqDriver({ connection: new Redis(storeUrl, { maxRetriesPerRequest: null }), prefix });
  }
  if (/^postgres(ql)?:/.test(storeUrl)) {
    const connection = { connectionString: storeUrl, schema: prefix.replaceAll('-', '_'), migrate: true };
    return bullmqDriver({ connection, backend: createPostgresBackend });
  }
  return sqliteDriver({ file: databaseFile });
}
