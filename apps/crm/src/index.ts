export { AppModule } from './app.module.js';
export { createCrmApp } from './create-crm-app.js';
export type { CrmOptions } from './crm-options.js';
export type { RecordsReport } from './records/records.controller.js';
export type { SyncedOrder } from './records/records.service.js';
