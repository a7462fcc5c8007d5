import { type MockService, startMockService } from '@breakwater/faults';
import { AppModule } from './app.module.js';
import type { EmailOptions } from './email-options.js';

/** Starts the mock e-mail service in this process. */
export function createEmailApp(options: EmailOptions = {}): Promise<MockService> {
  return startMockService(AppModule.forRoot(options), options.port);
}
