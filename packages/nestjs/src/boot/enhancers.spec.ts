import { ResilienceConfigurationError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type MiddlewareConsumer,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { ResilienceModule } from '../resilience.module.js';
import type { ResilienceOptions } from '../composition/resilience.options.js';

@Injectable()
@Resilient('payments')
class PaymentsClient {
  @Retry()
  async charge(): Promise<void> {}
}

/** A class that asks a provider before requests pass, whatever Nest takes it for. */
function asking(provider: string): Type {
  @Injectable()
  @Catch(RangeError)
  @Resilient(provider)
  class Asking {
    @CircuitBreaker()
    async ask(): Promise<boolean> {
      return true;
    }
    canActivate = (): boolean => true;
    transform = (value: unknown): unknown => value;
    intercept(): void {}
    catch(): void {}
    use(): void {}
  }
  return Asking;
}

const PLACES: Readonly<Record<string, (asking: Type) => Type>> = {
  guard(asking) {
    @Controller()
    class Guarded {
      @Get() @UseGuards(asking) get(): void {}
    }
    return Guarded;
  },
  pipe(asking) {
    @Controller()
    class Piped {
      @Get(':id') get(@Param('id', asking) _id: string): void {}
    }
    return Piped;
  },
  interceptor(asking) {
    @Controller()
    @UseInterceptors(asking)
    class Intercepted {}
    return Intercepted;
  },
  filter(asking) {
    @Controller()
    @UseFilters(asking)
    class Filtered {}
    return Filtered;
  },
  middleware(asking) {
    @Controller()
    class Behind {}
    @Module({ controllers: [Behind] })
    class Middlewares implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(asking).forRoutes('*path');
      }
    }
    return Middlewares;
  },
};

async function start(place: string, asks: string): Promise<unknown> {
  const made = PLACES[place]!(asking(asks));
  const options: ResilienceOptions = {
    strict: true,
    providers: { payments: { retry: true, circuitBreaker: true, methods: { ask: { circuitBreaker: true } } } },
  };
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot(options), ...(place === 'middleware' ? [made] : [])],
    controllers: place === 'middleware' ? [] : [made],
    providers: [PaymentsClient],
  }).compile();
  const app = module.createNestApplication({ logger: false });
  const raised = await app.init().then(
    () => undefined,
    (error: unknown) => error,
  );
  await app.close().catch(() => undefined);
  return raised;
}

describe('a decorated method of a guard, pipe, interceptor, filter or middleware', () => {
  it.each(Object.keys(PLACES))('counts among those that the settings reach: %s', async (place) => {
    expect(await start(place, 'payments')).toBeUndefined();
  });

  it.each(Object.keys(PLACES))('is checked at boot, and not at the first request: %s', async (place) => {
    const raised = (await start(place, 'paymnets')) as ResilienceConfigurationError;
    expect(raised).toBeInstanceOf(ResilienceConfigurationError);
    expect(raised.faults).toContainEqual(expect.objectContaining({ path: "Asking.ask (provider 'paymnets')" }));
  });
});
