import { runMockService } from '@breakwater/faults';
import { createInventoryApp } from './create-inventory-app.js';

await runMockService('inventory', createInventoryApp);
