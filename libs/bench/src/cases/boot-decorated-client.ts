import 'reflect-metadata';
import {
  Bulkhead,
  CircuitBreaker,
  currentCall,
  RateLimited,
  Resilience,
  ResilienceModule,
  Resilient,
  Retry,
  Timeout,
} from '@breakwater/nestjs';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ANSWER } from './answer.js';

/** A Nest provider whose methods have all five policies, injected by an application as any other. */
@Injectable()
@Resilient('bench')
class DecoratedClient {
  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async call(): Promise<number> {
    return ANSWER;
  }

  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async callWithSignal(): Promise<number> {
    return currentCall()!.signal.aborted ? 0 : ANSWER;
  }
}

const providers = {
  bench: {
    retry: { attempts: 3 },
    circuitBreaker: { window: { time: '10s' }, openFor: '1h' },
    rateLimit: { limit: 10_000_000, per: '10ms' },
    bulkhead: { concurrency: 10, queue: 200 },
    timeout: { attempt: '1s' },
  },
} as const;

/** Boots an application whose calls are tracked, or not; gives the client, and what opens its circuit. */
export async function bootDecoratedClient(trackCalls: boolean): Promise<{ client: DecoratedClient; open: () => void }> {
  @Module({ imports: [ResilienceModule.forRoot({ trackCalls, providers })], providers: [DecoratedClient] })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const open = () => app.get(Resilience).provider('bench').circuitBreaker!.forceOpen();
  return { client: app.get(DecoratedClient), open };
}
