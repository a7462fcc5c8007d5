import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Get,
  Module,
  type ArgumentsHost,
  type ExceptionFilter,
  type Provider,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

@Catch()
class CatchAllFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<{ status(code: number): { json(body: object): void } }>();
    response.status(500).json({ mine: true });
  }
}

@Controller()
class Orders {
  @Get('refused')
  @CircuitBreaker('payments')
  async refused(): Promise<string> {
    return 'never';
  }

  @Get('broken')
  async broken(): Promise<string> {
    throw new Error('not one of the engine');
  }
}

/** The answers of an application when the engine refuses, and when something else fails. */
async function answersOf(providers: Provider[]): Promise<unknown[]> {
  @Module({
    imports: [ResilienceModule.forRoot({ providers: { payments: {} } })],
    controllers: [Orders],
    providers,
  })
  class AppModule {}
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  app.get(Resilience).provider('payments').circuitBreaker!.forceOpen();
  const { port } = app.get(HttpAdapterHost).httpAdapter.getHttpServer().address() as AddressInfo;
  const paths = ['refused', 'broken'];
  const answers = await Promise.all(paths.map((path) => fetch(`http://127.0.0.1:${port}/${path}`)));
  const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as { code?: string; mine?: boolean }[];
  await app.close();
  return answers.map(({ status }, i) => [status, bodies[i]!.code ?? bodies[i]!.mine]);
}

describe('a filter that catches everything', () => {
  it('leaves the engine’s errors to their own filter when it is an APP_FILTER of the module that imports ResilienceModule', async () => {
    expect(await answersOf([{ provide: APP_FILTER, useClass: CatchAllFilter }])).toEqual([
      [503, 'CIRCUIT_OPEN'],
      [500, true],
    ]);
  });
});
