import type { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Bulkhead, CircuitBreaker, Idempotent, InjectHttp, Resilient, Retry, Timeout } from '@breakwater/nestjs';
import { firstValueFrom } from 'rxjs';

export interface Order {
  readonly id: string;
  readonly amount: number;
}

/** Calls the provider that `nest add` has written into the settings. */
@Injectable()
@Resilient('payments')
export class PaymentsClient {
  constructor(@InjectHttp('payments') private readonly http: HttpService) {}

  @Retry()
  @CircuitBreaker()
  @Bulkhead({ concurrency: 10 })
  @Timeout()
  @Idempotent({ key: (order: Order) => order.id })
  async charge(order: Order): Promise<{ id: string }> {
    const { data } = await firstValueFrom(this.http.post<{ id: string }>('/charges', order));
    return data;
  }
}
