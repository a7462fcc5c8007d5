import {
  Bulkhead,
  CircuitBreaker,
  Idempotent,
  InjectHttp,
  RateLimited,
  Resilient,
  Retry,
  Timeout,
} from '@breakwater/nestjs';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import type { OrderDetails } from '../orders/order.js';

export interface Charge {
  /** `ch_…` */
  readonly id: string;
}

@Injectable()
@Resilient('payments')
export class PaymentsClient {
  constructor(@InjectHttp('payments') private readonly http: HttpService) {}

  /** The key comes from the order alone: a charge whose answer was lost is found again, even by another process. */
  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  @Idempotent({ key: (order: OrderDetails) => order.id })
  async charge({ id, amount, currency }: OrderDetails): Promise<Charge> {
    const { data } = await this.http.axiosRef.post<Charge>('/charges', { amount, currency, reference: id });
    return data;
  }
}
