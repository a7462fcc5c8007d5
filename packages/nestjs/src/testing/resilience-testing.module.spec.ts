import { isTimeoutError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { ResilienceTestingModule } from './resilience-testing.module.js';

@Injectable()
@Resilient('payments')
class Client {
  @CircuitBreaker()
  async charge(): Promise<string> {
    return 'charged';
  }

  @Timeout()
  async hang(): Promise<void> {
    await new Promise(() => undefined);
  }
}

describe('ResilienceTestingModule', () => {
  async function start() {
    const app = await Test.createTestingModule({
      imports: [
        ResilienceTestingModule.forRoot({
          providers: { payments: { circuitBreaker: { openFor: '5s' }, timeout: { attempt: '2s' } }, email: {} },
        }),
      ],
      providers: [Client],
    }).compile();
    await app.init();
    return { app, client: app.get(Client), resilience: app.get(ResilienceTestingModule) };
  }

  it('opens and closes a circuit on command', async () => {
    const { app, client, resilience } = await start();
    resilience.forceOpen('payments');
    await expect(client.charge()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    resilience.forceClosed('payments');
    await expect(client.charge()).resolves.toBe('charged');
    expect(() => resilience.forceOpen('email')).toThrow(/'email' has no circuit breaker/);
    await app.close();
  });

  it('lets the test move the time', async () => {
    const { app, client, resilience } = await start();
    const hanging = client.hang().catch((error: unknown) => error);
    await resilience.clock.advance('2s');
    expect(isTimeoutError(await hanging)).toBe(true);
    resilience.forceOpen('payments');
    await resilience.clock.advance('5s');
    await expect(client.charge()).resolves.toBe('charged');
    await app.close();
  });
});
