import 'reflect-metadata';
import {
  Bulkhead,
  CircuitBreaker,
  Idempotent,
  InjectHttp,
  RateLimited,
  ResilienceModule,
  Resilient,
  Retry,
  Timeout,
} from '@breakwater/nestjs';
import { Body, Controller, Injectable, Module, Param, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { create, type AxiosInstance } from 'axios';

const UPSTREAM = process.env['UPSTREAM']!;

interface Order {
  readonly id: string;
  readonly amount: number;
}

/** One POST to the provider in three ways: by axios alone, under five policies, and with a key as well. */
@Injectable()
@Resilient('payments')
class PaymentsClient {
  /** Sends what the provider's client sends: the credential, too. */
  private readonly plain = create({ baseURL: UPSTREAM, headers: { Authorization: 'Bearer sk_bench' } });

  constructor(@InjectHttp('payments') private readonly http: { readonly axiosRef: AxiosInstance }) {}

  async bare(order: Order): Promise<unknown> {
    return (await this.plain.post<unknown>('/charges', order)).data;
  }

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async five(order: Order): Promise<unknown> {
    return (await this.http.axiosRef.post<unknown>('/charges', order)).data;
  }

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  @Idempotent({ key: (order: Order) => order.id })
  async six(order: Order): Promise<unknown> {
    return (await this.http.axiosRef.post<unknown>('/charges', order)).data;
  }
}

@Controller()
class Orders {
  constructor(private readonly payments: PaymentsClient) {}

  @Post(':way')
  charge(@Param('way') way: 'bare' | 'five' | 'six', @Body() order: Order): Promise<unknown> {
    return this.payments[way](order);
  }
}

const providers = {
  payments: {
    http: { baseUrl: UPSTREAM, auth: { bearer: 'sk_bench' } },
    timeout: { attempt: '2s', total: '8s' },
    retry: { attempts: 3 },
    circuitBreaker: { minimumCalls: 1000 },
    rateLimit: { limit: 1_000_000, per: '1s' },
    bulkhead: { concurrency: 500, queue: 1000 },
    idempotency: { ttl: '1h' },
  },
} as const;

@Module({ imports: [ResilienceModule.forRoot({ providers })], controllers: [Orders], providers: [PaymentsClient] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const url = await app.getUrl();
// The parent asks for the processor time before and after each round.
process.on('message', () => process.send!(process.cpuUsage()));
process.send!({ port: Number(new URL(url).port) });
