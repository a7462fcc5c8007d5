import 'reflect-metadata';
import { Bulkhead, CircuitBreaker, RateLimited, ResilienceModule, Resilient, Retry, Timeout } from '@breakwater/nestjs';
import { TelemetryModule, type TelemetryOptions } from '@breakwater/nestjs/telemetry';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** A Nest provider whose method has five policies. */
@Injectable()
@Resilient('bench')
class ObservedClient {
  @Retry()
  @CircuitBreaker()
  @RateLimited()
  @Bulkhead()
  @Timeout()
  async call(): Promise<number> {
    return 42;
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

/** Boots an application with telemetry, or without, and returns its method. */
export async function bootObservedClient(telemetry: TelemetryOptions | undefined): Promise<() => Promise<number>> {
  const telemetryModules = telemetry === undefined ? [] : [TelemetryModule.forRoot(telemetry)];
  @Module({
    imports: [ResilienceModule.forRoot({ providers, logger: false }), ...telemetryModules],
    providers: [ObservedClient],
  })
  class BenchModule {}

  const app = await NestFactory.createApplicationContext(BenchModule, { logger: false });
  const client = app.get(ObservedClient);
  return () => client.call();
}
