import { Bulkhead, CircuitBreaker, FallbackTo, Idempotent, InjectHttp, Resilient, Timeout } from '@breakwater/nestjs';
import { HttpService } from '@nestjs/axios';
import { Injectable, Logger } from '@nestjs/common';
import type { Confirmation, OrderDetails } from '../orders/order.js';

@Injectable()
@Resilient('email')
export class EmailClient {
  private readonly logger = new Logger(EmailClient.name);

  constructor(@InjectHttp('email') private readonly http: HttpService) {}

  /** The key comes from the order: however often this is called, the customer gets one message. */
  @FallbackTo('postpone')
  @CircuitBreaker()
  @Bulkhead()
  @Timeout()
  @Idempotent({ key: (order: OrderDetails) => order.id })
  async confirm({ id, email, amount, currency }: OrderDetails): Promise<Confirmation> {
    await this.http.axiosRef.post('/messages', {
      to: email,
      template: 'order-confirmation',
      data: { order: id, amount, currency },
    });
    return 'sent';
  }

  /** No reason to turn an order away: the confirmation stands in the outbox. */
  async postpone(error: unknown, { id }: OrderDetails): Promise<Confirmation> {
    this.logger.debug(`the confirmation of ${id} is postponed: ${error}`);
    return 'pending';
  }
}
