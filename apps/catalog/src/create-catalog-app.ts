import { type MockService, startMockService } from '@breakwater/faults';
import { AppModule } from './app.module.js';
import type { CatalogOptions } from './catalog-options.js';

/** Starts the mock catalog in this process. */
export function createCatalogApp(options: CatalogOptions = {}): Promise<MockService> {
  return startMockService(AppModule.forRoot(options), options.port);
}
