import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Catch, Controller, Get, Logger, UseFilters, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

@Catch()
class LoggingFilter extends BaseExceptionFilter {}

@Catch()
class InheritingFilter extends LoggingFilter {
  override handleUnknownError(...given: Parameters<BaseExceptionFilter['handleUnknownError']>): void {
    super.handleUnknownError(...given);
  }
}

/** As many applications have it: what says its status is believed. */
@Catch()
class OwnFilter implements ExceptionFilter {
  catch(error: { getStatus?(): number; headers?: Record<string, string> }, host: ArgumentsHost): void {
    const response = host
      .switchToHttp()
      .getResponse<{ status(code: number): { set(headers: object): { json(body: object): void } } }>();
    response
      .status(error.getStatus?.() ?? 500)
      .set(error.headers ?? {})
      .json({});
  }
}

@Controller()
class Orders {
  @Get()
  @CircuitBreaker('payments')
  async find(): Promise<void> {}
}

@Catch()
class LocalFilter extends BaseExceptionFilter {}

@Controller('filtered')
@UseFilters(LocalFilter)
class FilteredOrders {
  @Get()
  @CircuitBreaker('payments')
  async find(): Promise<void> {}

  @Get('other')
  fail(): void {
    throw new Error('of another kind');
  }
}

describe('a global filter of the application’s own, with an open circuit', () => {
  it.each([
    ['that extends Nest’s', LoggingFilter, '5'],
    ['that extends one that extends Nest’s, and asks it', InheritingFilter, '5'],
    ['that asks errors for their status and headers', OwnFilter, '5'],
  ])('%s answers 503', async (_what, Filter, retryAfter) => {
    const payments = { circuitBreaker: { openFor: '5s' } } as const;
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ logger: false, providers: { payments } })],
      controllers: [Orders],
    }).compile();
    Logger.overrideLogger(false);
    const app = module.createNestApplication({ logger: false });
    app.useGlobalFilters(new Filter(app.get(HttpAdapterHost).httpAdapter));
    await app.listen(0, '127.0.0.1');
    app.get(Resilience).provider('payments').circuitBreaker!.forceOpen();
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, retryAfter]);
    await app.close();
  });

  it('of a handler, made for it by its class, tells when to come back, also on Fastify', async () => {
    const payments = { circuitBreaker: { openFor: '5s' } } as const;
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ logger: false, providers: { payments } })],
      controllers: [FilteredOrders],
    }).compile();
    Logger.overrideLogger(false);
    const app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    await app.listen(0, '127.0.0.1');
    app.get(Resilience).provider('payments').circuitBreaker!.forceOpen();
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/filtered`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    const other = await fetch(`http://127.0.0.1:${port}/filtered/other`);
    expect([other.status, other.headers.get('retry-after')]).toEqual([500, null]);
    await app.close();
  });
});
