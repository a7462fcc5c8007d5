import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { EmailModule } from '../email/email.module.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { MalformedRequestFilter } from './malformed-request.filter.js';
import { OrdersController } from './orders.controller.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersService } from './orders.service.js';

@Module({
  imports: [PaymentsModule, EmailModule],
  controllers: [OrdersController],
  // For the whole application: broken JSON is found before there is a controller.
  providers: [OrdersRepository, OrdersService, { provide: APP_FILTER, useClass: MalformedRequestFilter }],
  exports: [OrdersRepository],
})
export class OrdersModule {}
