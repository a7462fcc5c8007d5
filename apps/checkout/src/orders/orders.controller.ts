import { Body, Controller, Get, HttpStatus, Param, Post, Res, UseFilters } from '@nestjs/common';
import type { Response } from 'express';
import { ChargeFailedFilter } from '../payments/charge-failed.filter.js';
import type { OrderDetails, OrderStatus } from './order.js';
import { OrderDetailsPipe } from './order-details.pipe.js';
import { OrdersService } from './orders.service.js';

@Controller('orders')
@UseFilters(ChargeFailedFilter)
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  /** 201 when the order is paid now, 200 when it was paid before. */
  @Post()
  async place(
    @Body(OrderDetailsPipe) details: OrderDetails,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrderStatus> {
    const { order, paidNow } = await this.orders.place(details);
    response.status(paidNow ? HttpStatus.CREATED : HttpStatus.OK);
    return order;
  }

  @Get(':id')
  status(@Param('id') id: string): OrderStatus {
    return this.orders.status(id);
  }
}
