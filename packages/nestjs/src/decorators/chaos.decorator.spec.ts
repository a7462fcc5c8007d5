import { isInjectedFault } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { lastValueFrom, of, type Observable } from 'rxjs';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';
import { Chaos } from './chaos.decorator.js';
import { Resilient } from './resilient.decorator.js';
import { Retry } from './retry.decorator.js';

@Injectable()
@Resilient('payments')
class PaymentsClient {
  calls = 0;

  @Chaos({ fault: { rate: 1, status: 503 } })
  async charge(): Promise<string> {
    return this.answer();
  }

  @Chaos()
  async refund(_amount: number): Promise<string> {
    return this.answer();
  }

  @Retry()
  async plain(): Promise<string> {
    return this.answer();
  }

  @Resilient('payments')
  async every(): Promise<string> {
    return this.answer();
  }

  @Chaos({ outcome: { rate: 1, value: 'made up' }, returns: 'observable' })
  stream(): Observable<string> {
    return of(this.answer());
  }

  private answer(): string {
    this.calls++;
    return 'fine';
  }
}

/** Compiling this is the test: each line that is expected to fail says so. */
class Typed {
  @Chaos({
    provider: 'payments',
    latency: { rate: 0.1, delay: { min: 10, max: '2s' } },
    only: ({ args }) => args[0] === 1,
  })
  async slow(): Promise<string> {
    return '';
  }

  @Chaos('payments')
  async short(): Promise<string> {
    return '';
  }

  // @ts-expect-error sync
  @Chaos()
  sync(): string {
    return '';
  }

  // @ts-expect-error no rate
  @Chaos({ fault: { status: 500 } })
  async wrong(): Promise<void> {}
}

describe('@Chaos', () => {
  const open: TestingModule[] = [];
  const before = process.env['NODE_ENV'];
  const set = new Set<string>();

  async function start(chaos: object = { outcome: { rate: 1, value: 'made up' } }) {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { payments: { chaos } }, clock: new TestClock() })],
      providers: [PaymentsClient],
    }).compile();
    open.push(app);
    await app.init();
    return { client: app.get(PaymentsClient), provider: app.get(Resilience).provider('payments') };
  }

  function setVariable(name: string, value: string): void {
    set.add(name);
    process.env[name] = value;
  }

  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
    for (const name of set) delete process.env[name];
    set.clear();
    if (before !== undefined) process.env['NODE_ENV'] = before;
  });

  it('injects what it says, over what the provider’s settings say', async () => {
    const { client } = await start();
    const error: unknown = await client.charge().catch((thrown: unknown) => thrown);
    expect(isInjectedFault(error)).toBe(true);
    expect(error).toMatchObject({ response: { status: 503 } });
    expect(client.calls).toBe(0);
  });

  it('injects what the settings say, for the methods that they choose', async () => {
    const only = ({ operation, args }: { operation: string; args: readonly unknown[] }) =>
      operation === 'PaymentsClient.refund' && args[0] === 7;
    const { client } = await start({ outcome: { rate: 1, value: 'made up' }, only });
    expect([await client.refund(7), await client.refund(8)]).toEqual(['made up', 'fine']);
  });

  it('is what the settings bring to a method that has all of the provider’s policies, and to no other', async () => {
    const { client } = await start();
    expect([await client.every(), await client.plain()]).toEqual(['made up', 'fine']);
  });

  it('takes the place of a stream', async () => {
    const { client } = await start();
    expect(await lastValueFrom(client.stream())).toBe('made up');
    expect(client.calls).toBe(0);
  });

  it('is switched by the environment', async () => {
    setVariable('RESILIENCE__PAYMENTS__CHAOS__ENABLED', 'false');
    const { client } = await start();
    expect([await client.refund(7), await client.charge(), await client.every()]).toEqual(['fine', 'fine', 'fine']);
  });

  it('has its rate from the environment', async () => {
    setVariable('RESILIENCE__PAYMENTS__CHAOS__OUTCOME__RATE', '0');
    const { client } = await start();
    expect(await client.refund(7)).toBe('fine');
  });

  it('keeps an application in production from starting, unless it is meant', async () => {
    setVariable('NODE_ENV', 'production');
    await expect(start()).rejects.toThrow('chaos is not for production');
    setVariable('RESILIENCE__PAYMENTS__CHAOS__IN_PRODUCTION', 'true');
    const { client } = await start();
    expect(await client.refund(7)).toBe('made up');
  });

  it('compiles on the methods that it fits', () => {
    expect(typeof Typed).toBe('function');
  });
});
