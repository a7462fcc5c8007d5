import { CircuitBreaker, Idempotent, InjectHttp, Resilient, Timeout } from '@breakwater/nestjs';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import type { OrderDetails } from '../orders/order.js';

@Injectable()
@Resilient('email')
export class EmailClient {
  constructor(@InjectHttp('email') private readonly http: HttpService) {}

  /** The key comes from the order: however often this is called, the customer gets one message. */
  @CircuitBreaker()
  @Timeout()
  @Idempotent({ key: (order: OrderDetails) => order.id })
  async confirm({ id, email, amount, currency }: OrderDetails): Promise<void> {
    await this.http.axiosRef.post('/messages', {
      to: email,
      template: 'order-confirmation',
      data: { order: id, amount, currency },
    });
  }
}
