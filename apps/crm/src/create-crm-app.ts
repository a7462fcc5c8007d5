import { type MockService, startMockService } from '@breakwater/faults';
import { AppModule } from './app.module.js';
import type { CrmOptions } from './crm-options.js';

/** Starts the mock CRM in this process. */
export function createCrmApp(options: CrmOptions = {}): Promise<MockService> {
  return startMockService(AppModule.forRoot(options), options.port);
}
