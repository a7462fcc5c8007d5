import { Module } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { checkoutConfig } from '../config/checkout.config.js';
import { ShopStore } from './shop-store.js';

@Module({
  providers: [
    {
      provide: ShopStore,
      inject: [checkoutConfig.KEY],
      useFactory: ({ storeUrl }: ConfigType<typeof checkoutConfig>) => ShopStore.open(storeUrl),
    },
  ],
  exports: [ShopStore],
})
export class StoreModule {}
