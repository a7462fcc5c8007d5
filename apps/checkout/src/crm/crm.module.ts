import { Module } from '@nestjs/common';
import { CrmClient } from './crm.client.js';
import { CrmSync } from './crm-sync.processor.js';
import { CustomersController } from './customers.controller.js';

/** Syncs with the CRM. Imported where there is one: `CRM_URL`. */
@Module({ controllers: [CustomersController], providers: [CrmClient, CrmSync] })
export class CrmModule {}
