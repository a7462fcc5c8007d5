import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Catch, Controller, Get, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

@Catch()
class LoggingFilter extends BaseExceptionFilter {}

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

describe('a global filter of the application’s own, with an open circuit', () => {
  it.each([
    ['that extends Nest’s', LoggingFilter, null],
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
});
