import { FaultsModule } from '@breakwater/faults';
import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import type { CrmOptions } from './crm-options.js';
import { LimitGuard } from './limits/limit.guard.js';
import { OrdersController } from './orders/orders.controller.js';
import { RecordsController } from './records/records.controller.js';
import { Records } from './records/records.service.js';

/** The mock CRM: 20 calls a second for each account; `/records` is struck by no fault and counts as no call. */
@Module({ controllers: [OrdersController, RecordsController], providers: [Records, LimitGuard] })
export class AppModule {
  static forRoot({ seed, clock }: CrmOptions = {}): DynamicModule {
    const count = [
      { path: 'orders', method: RequestMethod.POST },
      { path: 'customers/:id', method: RequestMethod.GET },
    ];
    return { module: AppModule, imports: [FaultsModule.forRoot({ exclude: ['records'], count, seed, clock })] };
  }
}
