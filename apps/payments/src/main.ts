import { runMockService } from '@breakwater/faults';
import { createPaymentsApp } from './create-payments-app.js';

await runMockService('payments', createPaymentsApp);
