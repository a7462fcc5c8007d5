import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module.js';
import { BareWebhooksController } from './bare-webhooks.controller.js';
import { Settlements } from './settlements.service.js';

@Module({ imports: [OrdersModule], controllers: [BareWebhooksController], providers: [Settlements] })
export class BareWebhooksModule {}
