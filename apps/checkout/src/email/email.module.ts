import { Module } from '@nestjs/common';
import { OrdersModule } from '../orders/orders.module.js';
import { Confirmations } from './confirmations.processor.js';
import { EmailClient } from './email.client.js';

@Module({ imports: [OrdersModule], providers: [EmailClient, Confirmations] })
export class EmailModule {}
