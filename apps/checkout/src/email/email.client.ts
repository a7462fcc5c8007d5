import { Idempotent, InjectHttp, Resilient, Timeout } from '@breakwater/nestjs';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import type { OrderDetails } from '../orders/order.js';

@Injectable()
@Resilient('email')
export class EmailClient {
  constructor(@InjectHttp('email') private readonly http: HttpService) {}

  /**
   * Called by a job, which has passed the circuit breaker before. The key comes from the order: however often this is
   * called, the customer gets one message.
   */
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
