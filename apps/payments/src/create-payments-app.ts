import { type MockService, startMockService } from '@breakwater/faults';
import { AppModule } from './app.module.js';
import type { PaymentsOptions } from './payments-options.js';

/** Starts the mock payment provider in this process. */
export function createPaymentsApp(options: PaymentsOptions = {}): Promise<MockService> {
  return startMockService(AppModule.forRoot(options), options.port);
}
