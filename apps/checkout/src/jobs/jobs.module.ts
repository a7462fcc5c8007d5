import { sqliteDriver, SyncQueueModule } from '@breakwater/queue';
import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { checkoutConfig } from '../config/checkout.config.js';
import { ShopDatabase } from '../database/shop-database.js';
import { JobsController } from './jobs.controller.js';

/** The shop's jobs, which stand in its own database: an order and its jobs are committed together. */
@Module({
  imports: [
    SyncQueueModule.forRootAsync({
      inject: [ShopDatabase, checkoutConfig.KEY],
      useFactory: ({ connection }: ShopDatabase, { queueLeaseMs, graceMs }: ConfigType<typeof checkoutConfig>) => ({
        driver: sqliteDriver({ database: connection }),
        lease: queueLeaseMs,
        grace: graceMs,
      }),
    }),
  ],
  controllers: [JobsController],
})
export class JobsModule {}
