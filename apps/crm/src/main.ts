import { runMockService } from '@breakwater/faults';
import { createCrmApp } from './create-crm-app.js';

await runMockService('crm', createCrmApp);
