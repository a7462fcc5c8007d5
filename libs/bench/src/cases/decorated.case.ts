import 'reflect-metadata';
import { Bulkhead, CircuitBreaker, Resilient, ResilienceModule, Retry, Timeout } from '@breakwater/nestjs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { BenchCase } from '../bench-case.js';

@Injectable()
@Resilient('bench')
class BenchClient {
  @Retry({ attempts: 3 })
  @CircuitBreaker({ window: { time: '10s' } })
  @Bulkhead({ concurrency: 10, queue: 10 })
  @Timeout({ attempt: '1s' })
  async call(): Promise<number> {
    return 42;
  }
}

@Module({ imports: [ResilienceModule.forRoot({ providers: { bench: {} } })], providers: [BenchClient] })
class BenchModule {}

/** The same four policies as decorators of a method of a Nest provider. */
export const decorated: BenchCase = {
  name: 'breakwater: decorated Nest method, all four',
  prepare: async () => {
    const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
    const client = app.get(BenchClient);
    return { run: () => client.call(), close: () => app.close() };
  },
};
