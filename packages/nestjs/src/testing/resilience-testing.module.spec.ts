import { isTimeoutError } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { prepareSecrets, senders } from '@breakwater/webhooks';
import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { secret } from '../config/fields/secret.js';
import { ResilienceModule } from '../resilience.module.js';
import { PlaceholderSecrets } from './placeholder-secrets.js';
import { ResilienceTestingModule } from './resilience-testing.module.js';

@Injectable()
@Resilient('payments')
class Client {
  @CircuitBreaker()
  async charge(): Promise<string> {
    return 'charged';
  }

  @CircuitBreaker({ scope: 'method' })
  async refund(): Promise<string> {
    return 'refunded';
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

  it('opens and closes the circuit that a method has to itself, and says so where it has none', async () => {
    const { app, client, resilience } = await start();
    resilience.forceOpen('payments', 'Client.refund');
    await expect(client.refund()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await expect(client.charge()).resolves.toBe('charged');
    resilience.forceClosed('payments', 'Client.refund');
    await expect(client.refund()).resolves.toBe('refunded');
    expect(() => resilience.forceOpen('payments', 'Client.charge')).toThrow(
      "'Client.charge' has no circuit breaker to itself: without the operation, the one of 'payments' is meant",
    );
    await app.close();
  });

  it('gives a whole application, which has its own ResilienceModule, the clock of the test', async () => {
    @Module({
      imports: [ResilienceModule.forRoot({ providers: { payments: { timeout: { attempt: '2s' } } } })],
      providers: [Client],
    })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule, ResilienceTestingModule] }).compile();
    await app.init();
    const hanging = app
      .get(Client)
      .hang()
      .catch((error: unknown) => error);
    await app.get(ResilienceTestingModule).clock.advance('2s');
    expect(isTimeoutError(await hanging)).toBe(true);
    await app.close();
  });

  it('finds the resilience of an application whose ResilienceModule is not global', async () => {
    const payments = { circuitBreaker: { openFor: '5s' }, timeout: { attempt: '2s' } } as const;
    @Module({
      imports: [ResilienceModule.forRoot({ isGlobal: false, providers: { payments } })],
      providers: [Client],
    })
    class PaymentsModule {}
    const app = await Test.createTestingModule({ imports: [PaymentsModule, ResilienceTestingModule] }).compile();
    await app.init();
    const resilience = app.get(ResilienceTestingModule);
    resilience.forceOpen('payments');
    await expect(app.get(Client).charge()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    await resilience.clock.advance('5s');
    await expect(app.get(Client).charge()).resolves.toBe('charged');
    await app.close();
  });

  it('leaves an application the clock that it was given', async () => {
    const clock = new TestClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock }), ResilienceTestingModule],
    }).compile();
    expect(app.get(ResilienceTestingModule).clock).toBe(clock);
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

  it('lets an application boot without its secrets, and tells what stands in their place', async () => {
    @Module({
      imports: [
        ResilienceModule.forRoot({
          providers: {
            payments: {
              http: { baseUrl: 'http://localhost:1', auth: { bearer: secret('NOT_SET_IN_CI') } },
              webhook: { sender: 'stripe', secrets: [secret('NOT_SET_IN_CI_EITHER')] },
            },
          },
        }),
      ],
    })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule, ResilienceTestingModule] }).compile();
    await app.init();
    const placeholder = app.get(ResilienceTestingModule).secret('NOT_SET_IN_CI');
    expect(placeholder).not.toBe(app.get(ResilienceTestingModule).secret('NOT_SET_IN_CI_EITHER'));
    expect(placeholder).toMatch(/^[0-9a-f]{64}$/);
    await app.close();
  });

  it('puts a placeholder that every sender takes but those with a public key or a password', () => {
    const placeholder = new PlaceholderSecrets({}).reveal(secret('NOT_SET_IN_CI'));
    const refused = senders.filter((sender) => {
      try {
        return prepareSecrets(sender, placeholder).size !== 1;
      } catch {
        return true;
      }
    });
    expect(refused.map(({ name }) => name).sort()).toEqual([
      'aws-sns',
      'azure-devops',
      'highlevel',
      'plaid',
      'postmark',
      'sendgrid',
      'telnyx',
      'wise',
    ]);
  });
});
