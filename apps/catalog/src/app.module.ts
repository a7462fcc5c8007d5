import { FaultsModule } from '@breakwater/faults';
import { type DynamicModule, Module, RequestMethod } from '@nestjs/common';
import type { CatalogOptions } from './catalog-options.js';
import { GraphqlController } from './prices/graphql.controller.js';
import { Prices } from './prices/prices.service.js';
import { ShelfController } from './shelf/shelf.controller.js';

/** The mock catalog, which speaks GraphQL; only `/graphql` is struck by faults. */
@Module({ controllers: [GraphqlController, ShelfController], providers: [Prices] })
export class AppModule {
  static forRoot({ seed, clock }: CatalogOptions = {}): DynamicModule {
    const count = [{ path: 'graphql', method: RequestMethod.POST }];
    return { module: AppModule, imports: [FaultsModule.forRoot({ exclude: ['shelf'], count, seed, clock })] };
  }
}
