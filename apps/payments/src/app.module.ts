import { FaultsModule } from '@breakwater/faults';
import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import { ChargesController } from './charges/charges.controller.js';
import { Charges } from './charges/charges.service.js';
import { KeysController } from './keys/keys.controller.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { Ledger } from './ledger/ledger.service.js';
import { LimitsController } from './limits/limits.controller.js';
import { Limits } from './limits/limits.service.js';
import { PAYMENTS_OPTIONS, type PaymentsOptions } from './payments-options.js';
import { WebhookDeliveriesController } from './webhooks/webhook-deliveries.controller.js';
import { WebhookDeliveries } from './webhooks/webhook-deliveries.service.js';
import { WebhookEndpointsController } from './webhooks/webhook-endpoints.controller.js';
import { WebhookEndpoints } from './webhooks/webhook-endpoints.service.js';

/** The mock payment provider; only `/charges` is struck by faults. */
@Module({
  controllers: [
    ChargesController,
    KeysController,
    LedgerController,
    LimitsController,
    WebhookDeliveriesController,
    WebhookEndpointsController,
  ],
  providers: [Charges, Ledger, Limits, WebhookDeliveries, WebhookEndpoints],
})
export class AppModule {
  static forRoot(options: PaymentsOptions = {}): DynamicModule {
    const faults = FaultsModule.forRoot({
      exclude: ['keys', 'ledger', 'limits', 'webhook-endpoints', 'webhook-deliveries'],
      count: [{ path: 'charges', method: RequestMethod.POST }],
      seed: options.seed,
      clock: options.clock,
    });
    return {
      module: AppModule,
      imports: [faults],
      providers: [{ provide: PAYMENTS_OPTIONS, useValue: options }],
    };
  }
}
