import { ResilienceModule } from '@breakwater/nestjs';
import { Module } from '@nestjs/common';
import { ConditionalModule, ConfigModule } from '@nestjs/config';
import { CatalogModule } from './catalog/catalog.module.js';
import { checkoutConfig } from './config/checkout.config.js';
import { resilienceConfig } from './config/resilience.config.js';
import { CrmModule } from './crm/crm.module.js';
import { OperatorsPageModule } from './dashboard/operators-page.module.js';
import { DatabaseModule } from './database/database.module.js';
import { EmailModule } from './email/email.module.js';
import { HealthModule } from './health/health.module.js';
import { ImportsModule } from './imports/imports.module.js';
import { SharedImportsModule } from './imports/shared-imports.module.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { ShopStore } from './store/shop-store.js';
import { StoreModule } from './store/store.module.js';
import { BareWebhooksModule } from './webhooks/bare-webhooks.module.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** A shop that charges through one third party, confirms by another, and has its prices and its stock from two more. */
@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [checkoutConfig, resilienceConfig] }),
    ResilienceModule.forRootAsync({
      imports: [StoreModule],
      inject: [ShopStore],
      useFactory: ({ store }: ShopStore) => (store === undefined ? {} : { store }),
    }),
    DatabaseModule,
    JobsModule,
    OrdersModule,
    EmailModule,
    CatalogModule,
    InventoryModule,
    HealthModule,
    ConditionalModule.registerWhen(CrmModule, hasCrm, { debug: false }),
    ConditionalModule.registerWhen(ImportsModule, (env) => hasCrm(env) && !hasServer(env), { debug: false }),
    ConditionalModule.registerWhen(SharedImportsModule, (env) => hasCrm(env) && hasServer(env), { debug: false }),
    ConditionalModule.registerWhen(WebhooksModule, (env) => !isBare(env), { debug: false }),
    ConditionalModule.registerWhen(BareWebhooksModule, isBare, { debug: false }),
    ConditionalModule.registerWhen(OperatorsPageModule, hasDashboard, { debug: false }),
  ],
})
export class AppModule {}

function hasCrm(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env['CRM_URL']);
}

/** Whether hosts share a server on which imports can be kept. */
function hasServer(env: NodeJS.ProcessEnv): boolean {
  return /^(?:redis|postgres)/.test(env['QUEUE_URL'] || env['STORE_URL'] || '');
}

/** A switch of its own: the one that turns policies off never turns verification off. */
function isBare(env: NodeJS.ProcessEnv): boolean {
  return env['CHECKOUT_BARE_WEBHOOKS'] === 'true';
}

/** Off unless asked for: the storms measure the shop alone. */
function hasDashboard(env: NodeJS.ProcessEnv): boolean {
  return env['CHECKOUT_DASHBOARD'] === 'true';
}
