import { runMockService } from '@breakwater/faults';
import { createCatalogApp } from './create-catalog-app.js';

await runMockService('catalog', createCatalogApp);
