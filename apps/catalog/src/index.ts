export { AppModule } from './app.module.js';
export type { CatalogOptions } from './catalog-options.js';
export { createCatalogApp } from './create-catalog-app.js';
export type { Product } from './prices/prices.service.js';
export type { ShelfReport } from './shelf/shelf.controller.js';
