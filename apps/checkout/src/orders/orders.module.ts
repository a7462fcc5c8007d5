import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { PaymentsModule } from '../payments/payments.module.js';
import { MalformedRequestFilter } from './malformed-request.filter.js';
import { OrderJobs } from './order-jobs.service.js';
import { OrdersController } from './orders.controller.js';
import { OrdersRepository } from './orders.repository.js';
import { OrdersService } from './orders.service.js';

@Module({
  imports: [PaymentsModule],
  controllers: [OrdersController],
  // For the whole application: broken JSON is found before there is a controller.
  providers: [OrdersRepository, OrderJobs, OrdersService, { provide: APP_FILTER, useClass: MalformedRequestFilter }],
  exports: [OrdersRepository],
})
export class OrdersModule {}
