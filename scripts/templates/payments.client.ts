import type { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import {
  Bulkhead,
  CircuitBreaker,
  Idempotent,
  InjectHttp,
  RateLimited,
  Resilient,
  Retry,
  secret,
  Timeout,
} from '@breakwater/nestjs';
import { firstValueFrom } from 'rxjs';

export interface Order {
  readonly id: string;
  readonly amount: number;
}

/** The client that an application made from a template of the CLI gets in `scripts/test-templates.mjs`. */
@Injectable()
@Resilient('payments')
export class PaymentsClient {
  constructor(@InjectHttp('payments') private readonly http: HttpService) {}

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  @Idempotent({ key: (order: Order) => order.id })
  async charge(order: Order): Promise<unknown> {
    const { data } = await firstValueFrom(this.http.post<unknown>('/charges', order));
    return data;
  }
}

process.env['PAYMENTS_API_KEY'] ??= 'sk_template';

export const settings = {
  providers: {
    payments: {
      http: { baseUrl: 'https://api.payments.example', auth: { bearer: secret('PAYMENTS_API_KEY') } },
      rateLimit: { limit: 100, per: '1s' },
      bulkhead: { concurrency: 10, queue: 20 },
      timeout: { attempt: '2s', total: '8s' },
      idempotency: { ttl: '1h' },
    },
  },
} as const;
