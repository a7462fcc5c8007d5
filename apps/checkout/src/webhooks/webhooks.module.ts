import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module.js';
import { PaymentsWebhooksController } from './payments-webhooks.controller.js';
import { Settlements } from './settlements.service.js';

@Module({ imports: [OrdersModule], controllers: [PaymentsWebhooksController], providers: [Settlements] })
export class WebhooksModule {}
