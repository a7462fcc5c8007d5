export { AppModule } from './app.module.js';
export type { BooksReport } from './books/books.controller.js';
export { createInventoryApp, type InventoryService } from './create-inventory-app.js';
export type { InventoryOptions } from './inventory-options.js';
