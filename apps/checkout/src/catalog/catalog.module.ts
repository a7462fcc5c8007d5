import { Module } from '@nestjs/common';
import { CatalogClient } from './catalog.client.js';
import { ProductsController } from './products.controller.js';

@Module({ controllers: [ProductsController], providers: [CatalogClient] })
export class CatalogModule {}
