import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { ResilienceModule } from '@breakwater/nestjs';
import { ResilienceTestingModule } from '@breakwater/nestjs/testing';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { Resilience } from '../../resilience.js';
import { ResilienceHealthIndicator } from './resilience.health-indicator.js';

const circuitBreaker = { openFor: '5s' } as const;

async function application() {
  const app = await Test.createTestingModule({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      ResilienceTestingModule,
      ResilienceModule.forRoot({
        logger: false,
        providers: { payments: { circuitBreaker }, email: { circuitBreaker }, plain: {} },
      }),
    ],
    providers: [ResilienceHealthIndicator],
  }).compile();
  await app.init();
  return {
    app,
    resilience: app.get(Resilience),
    indicator: app.get(ResilienceHealthIndicator),
    health: app.get(HealthCheckService),
  };
}

describe('ResilienceHealthIndicator', () => {
  it('is up while all circuits are closed, and names no provider', async () => {
    const { app, indicator } = await application();
    expect(indicator.check()).toEqual({ resilience: { status: 'up', providers: {} } });
    await app.close();
  });

  it('is degraded, and not down, while a circuit is open: the check answers 200', async () => {
    const { app, indicator, resilience, health } = await application();
    resilience.provider('payments').circuitBreaker!.forceOpen();
    expect(indicator.check()).toEqual({
      resilience: { status: 'degraded', providers: { payments: { circuit: 'open', openForMs: 5000 } } },
    });
    expect(await health.check([() => indicator.check()])).toMatchObject({ status: 'degraded' });
    resilience.provider('payments').circuitBreaker!.reset();
    resilience.provider('email').circuitBreaker!.isolate();
    expect(indicator.check('deps')).toEqual({
      deps: { status: 'degraded', providers: { email: { circuit: 'isolated' } } },
    });
    await app.close();
  });

  it('is down where it is told that the application can do nothing without the provider', async () => {
    const { app, indicator, resilience, health } = await application();
    resilience.provider('payments').circuitBreaker!.forceOpen();
    expect(indicator.check('r', { down: true })).toMatchObject({ r: { status: 'down' } });
    expect(indicator.check('r', { down: ['payments'] })).toMatchObject({ r: { status: 'down' } });
    expect(indicator.check('r', { down: ['email'] })).toMatchObject({ r: { status: 'degraded' } });
    await expect(health.check([() => indicator.check('r', { down: true })])).rejects.toThrow('Service Unavailable');
    await app.close();
  });

  it('looks at certain providers only where they are named, and refuses a name that there is not', async () => {
    const { app, indicator, resilience } = await application();
    resilience.provider('payments').circuitBreaker!.forceOpen();
    expect(indicator.check('r', { providers: ['email', 'plain'] })).toMatchObject({ r: { status: 'up' } });
    expect(() => indicator.check('r', { providers: ['paymnts'] })).toThrow(/known are 'payments', 'email', 'plain'/);
    expect(() => indicator.check('r', { down: ['paymnts'] })).toThrow(/known are 'payments', 'email', 'plain'/);
    const apart = { providers: ['email'], down: ['payments'] };
    expect(indicator.check('r', apart)).toMatchObject({ r: { status: 'down', providers: { payments: {} } } });
    await app.close();
  });

  it('is up and says that it is degraded with terminus 11, which has no such status', async () => {
    const { app, resilience } = await application();
    resilience.provider('payments').circuitBreaker!.forceOpen();
    const eleven = {
      check: (key: string) => ({ up: (data: object) => ({ [key]: { status: 'up', ...data } }) }),
    } as unknown as HealthIndicatorService;
    expect(new ResilienceHealthIndicator(eleven, resilience).check()).toMatchObject({
      resilience: { status: 'up', degraded: true, providers: { payments: { circuit: 'open' } } },
    });
    await app.close();
  });
});
