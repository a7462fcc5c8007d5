import 'reflect-metadata';
import { Cached, ResilienceModule, Resilient } from '@breakwater/nestjs';
import type { ProviderOptions } from '@breakwater/core';
import type { Store } from '@breakwater/core';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { product, type Product } from './product.js';

/** A Nest provider whose method is cached. */
@Injectable()
@Resilient('catalog')
class CatalogClient {
  @Cached()
  async find(id: string): Promise<Product> {
    return product(id);
  }
}

/** Boots an application, and returns its method. */
export async function bootCachedClient(
  cache: NonNullable<ProviderOptions['cache']>,
  store?: Store,
): Promise<(id: string) => Promise<Product>> {
  @Module({
    imports: [ResilienceModule.forRoot({ providers: { catalog: { cache } }, logger: false, ...(store && { store }) })],
    providers: [CatalogClient],
  })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const client = app.get(CatalogClient);
  return (id) => client.find(id);
}
