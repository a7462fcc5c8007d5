import { FaultsModule } from '@breakwater/faults';
import { type DynamicModule, Module } from '@nestjs/common';
import { BooksController } from './books/books.controller.js';
import { GRPC_URL } from './grpc-url.js';
import type { InventoryOptions } from './inventory-options.js';
import { Books } from './books/books.service.js';
import { StockController } from './stock/stock.controller.js';

/** The mock inventory, which speaks gRPC, with its controls over HTTP. */
@Module({ controllers: [StockController, BooksController], providers: [Books] })
export class AppModule {
  /** `grpcUrl`: where it serves gRPC. */
  static forRoot(grpcUrl: string, { seed, clock }: InventoryOptions = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [FaultsModule.forRoot({ exclude: ['books'], seed, clock })],
      providers: [{ provide: GRPC_URL, useValue: grpcUrl }],
    };
  }
}
