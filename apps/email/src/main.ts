import { runMockService } from '@breakwater/faults';
import { createEmailApp } from './create-email-app.js';

await runMockService('email', createEmailApp);
