import { CircuitOpenError, currentCall } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Scope, SetMetadata, type DynamicModule, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { defer, EMPTY, firstValueFrom, from, lastValueFrom, Observable, of, throwError, toArray } from 'rxjs';
import { Bulkhead } from '../decorators/bulkhead.decorator.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { FallbackTo } from '../decorators/fallback-to.decorator.js';
import { Fallback } from '../decorators/fallback.decorator.js';
import { Idempotent } from '../decorators/idempotent.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';
import { RUNTIME } from './runtime-slot.js';

const SETTINGS: ResilienceModuleOptions = {
  providers: {
    payments: {
      retry: { attempts: 3, backoff: { initial: 0 } },
      circuitBreaker: { window: { consecutive: 3 }, openFor: '1m' },
    },
    email: { retry: { attempts: 2, backoff: { initial: 0 } } },
  },
};

/** Fails until it has been called often enough. */
class Flaky {
  calls = 0;

  answer(failures: number): string {
    if (this.calls++ < failures) throw new Error(`down ${this.calls}`);
    return 'up';
  }
}

@Injectable()
@Resilient('payments')
class PaymentsClient {
  readonly flaky = new Flaky();

  @Retry()
  async charge(failures: number): Promise<string> {
    return this.flaky.answer(failures);
  }

  @CircuitBreaker()
  async refund(): Promise<string> {
    throw new Error('down');
  }
}

describe('a decorated method', () => {
  const open: TestingModule[] = [];

  async function start(
    metadata: { providers?: unknown[]; controllers?: Type[]; imports?: DynamicModule[] },
    settings = SETTINGS,
  ) {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(settings), ...(metadata.imports ?? [])],
      providers: (metadata.providers ?? []) as Type[],
      controllers: metadata.controllers ?? [],
    }).compile();
    open.push(app);
    return app.init();
  }

  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
  });

  it('runs under its policies in a singleton', async () => {
    const client = (await start({ providers: [PaymentsClient] })).get(PaymentsClient);
    await expect(client.charge(2)).resolves.toBe('up');
    expect(client.flaky.calls).toBe(3);
  });

  it('runs under its policies in request-scoped and transient providers', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest extends PaymentsClient {}
    @Injectable({ scope: Scope.TRANSIENT })
    class Transient extends PaymentsClient {}
    const app = await start({ providers: [PerRequest, Transient] });
    for (const type of [PerRequest, Transient]) {
      const client = await app.resolve<PaymentsClient>(type);
      await expect(client.charge(1)).resolves.toBe('up');
      expect(client.flaky.calls).toBe(2);
    }
  });

  it('runs under its policies in instances that a factory or a value provides', async () => {
    const value = new PaymentsClient();
    const app = await start({
      providers: [
        { provide: 'made', useFactory: () => new PaymentsClient() },
        { provide: 'given', useValue: value },
        { provide: 'alias', useExisting: 'given' },
      ],
    });
    for (const token of ['made', 'given']) {
      const client = app.get<PaymentsClient>(token);
      await expect(client.charge(1)).resolves.toBe('up');
      expect(client.flaky.calls).toBe(2);
    }
  });

  it('runs under its policies in instances made by ModuleRef', async () => {
    const app = await start({});
    const client = await app.get(ModuleRef).create(PaymentsClient);
    await expect(client.charge(1)).resolves.toBe('up');
  });

  it('runs under its policies in controllers, whichever decorator comes first', async () => {
    const flaky = new Flaky();
    @Controller()
    @Resilient('payments')
    class Shop {
      @Get('above')
      @Retry()
      async above(): Promise<string> {
        return flaky.answer(1);
      }

      @Retry()
      @Get('below')
      async below(): Promise<string> {
        return flaky.answer(3);
      }
    }
    const app = await start({ controllers: [Shop] });
    const server = app.createNestApplication();
    await server.listen(0, '127.0.0.1');
    const url = await server.getUrl();
    for (const path of ['above', 'below']) {
      const response = await fetch(`${url}/${path}`);
      expect([response.status, await response.text()]).toEqual([200, 'up']);
    }
    expect(flaky.calls).toBe(4);
    await server.close();
  });

  it('runs under both its own and its parent’s policies when a subclass calls super', async () => {
    @Injectable()
    class Careful extends PaymentsClient {
      outer = 0;

      @Retry({ attempts: 2 })
      override async charge(failures: number): Promise<string> {
        this.outer++;
        return super.charge(failures);
      }
    }
    const client = (await start({ providers: [Careful] })).get(Careful);
    await expect(client.charge(4)).resolves.toBe('up');
    expect([client.outer, client.flaky.calls]).toEqual([2, 5]);
  });

  it('belongs to the provider that the subclass names', async () => {
    @Injectable()
    @Resilient('email')
    class EmailClient extends PaymentsClient {}
    const app = await start({ providers: [PaymentsClient, EmailClient] });
    await expect(app.get(EmailClient).charge(2)).rejects.toThrow('down 2');
    await expect(app.get(PaymentsClient).charge(2)).resolves.toBe('up');
  });

  it('keeps two applications in one process apart', async () => {
    const first = (await start({ providers: [PaymentsClient] })).get(PaymentsClient);
    const second = (await start({ providers: [PaymentsClient] })).get(PaymentsClient);
    for (let i = 0; i < 3; i++) await expect(first.refund()).rejects.toThrow('down');
    await expect(first.refund()).rejects.toBeInstanceOf(CircuitOpenError);
    await expect(second.refund()).rejects.toThrow('down');
  });

  it('follows overrideProvider(Resilience)', async () => {
    const resilience = new Resilience({ providers: { payments: { retry: { attempts: 1 } } } });
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(SETTINGS)],
      providers: [PaymentsClient],
    })
      .overrideProvider(Resilience)
      .useValue(resilience)
      .compile();
    open.push(await app.init());
    await expect(app.get(PaymentsClient).charge(1)).rejects.toThrow('down 1');
  });

  it('is the bare method in an instance that no application owns', async () => {
    const client = new PaymentsClient();
    await expect(client.charge(1)).rejects.toThrow('down 1');
    expect(client.flaky.calls).toBe(1);
  });

  it('fails at boot, in Nest’s own words, when the application has no ResilienceModule', async () => {
    await expect(Test.createTestingModule({ providers: [PaymentsClient] }).compile()).rejects.toThrow(
      /ResilienceModule\.forRoot/,
    );
  });

  it('keeps its name, length, own properties and metadata, and the instance looks as before', async () => {
    const Marked = SetMetadata('marked', 'yes');
    class Client {
      @Retry('payments')
      @Marked
      async charge(_order: string, _amount: number): Promise<void> {}
    }
    const method = Client.prototype.charge;
    expect([method.name, method.length, Reflect.getMetadata('marked', method)]).toEqual(['charge', 2, 'yes']);
    const app = await start({ providers: [Client] });
    const client = app.get(Client);
    expect(Object.keys(client)).toEqual([]);
    expect(JSON.stringify(client)).toBe('{}');
    expect(client).toEqual(new Client());
    expect(Object.getOwnPropertySymbols(client)).toContain(RUNTIME);
  });

  it('keeps `this` and passes the arguments on as they are', async () => {
    @Injectable()
    class Client {
      readonly name = 'me';

      @Retry('payments')
      async say(...words: string[]): Promise<unknown[]> {
        return [this.name, words.length, ...words];
      }
    }
    await expect((await start({ providers: [Client] })).get(Client).say('a', 'b')).resolves.toEqual([
      'me',
      2,
      'a',
      'b',
    ]);
  });

  it('can ask for its call at any depth', async () => {
    @Injectable()
    class Client {
      @Idempotent({ provider: 'payments', key: (id: string) => id })
      @Retry()
      async charge(_id: string): Promise<unknown> {
        await Promise.resolve();
        return this.deeper();
      }

      private async deeper(): Promise<{ operation: string; key: unknown; attempt: number }> {
        const call = currentCall()!;
        return { operation: call.operation, key: call.idempotencyKey, attempt: call.attempt };
      }
    }
    const client = (await start({ providers: [Client] })).get(Client);
    const first = await client.charge('order-1');
    expect(first).toEqual({ operation: 'Client.charge', key: expect.stringMatching(/^[\w-]{22}$/), attempt: 1 });
    expect(currentCall()).toBeUndefined();
  });

  it.each([
    ['always', {}, ['Client.send', 'Client.send']],
    ['until it first waits where calls are not tracked', { trackCalls: false }, ['Client.send', undefined]],
    [
      'always where an HTTP client reads its call, tracked or not',
      { trackCalls: false, providers: { payments: { http: { baseUrl: 'http://localhost' } } } },
      ['Client.send', 'Client.send'],
    ],
  ])('finds its call %s', async (_when, settings, found) => {
    @Injectable()
    class Client {
      @Bulkhead('payments')
      async send(): Promise<unknown> {
        const before = currentCall()?.operation;
        await Promise.resolve();
        return [before, currentCall()?.operation];
      }
    }
    const client = (await start({ providers: [Client] }, { ...SETTINGS, ...settings } as typeof SETTINGS)).get(Client);
    expect(await client.send()).toEqual(found);
  });

  it('answers with its fallback: a value, a function of error and arguments, or a method', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      readonly name = 'me';

      @Fallback('none')
      async value(): Promise<string> {
        throw new Error('down');
      }

      @Fallback((error: unknown, id: string) => `${(error as Error).message}:${id}`)
      async made(_id: string): Promise<string> {
        throw new Error('down');
      }

      @FallbackTo('later')
      async method(_id: string): Promise<string> {
        throw new Error('down');
      }

      async later(error: unknown, id: string): Promise<string> {
        return `${this.name}:${(error as Error).message}:${id}`;
      }
    }
    const client = (await start({ providers: [Client] })).get(Client);
    expect([await client.value(), await client.made('7'), await client.method('7')]).toEqual([
      'none',
      'down:7',
      'me:down:7',
    ]);
  });

  it('applies every policy that the provider’s settings have when @Resilient stands on the method', async () => {
    @Injectable()
    class Client {
      calls = 0;

      @Resilient({ provider: 'payments', operation: 'charge' })
      async charge(): Promise<void> {
        this.calls++;
        throw new Error('down');
      }
    }
    const app = await start({ providers: [Client] });
    await expect(app.get(Client).charge()).rejects.toThrow('down');
    await expect(app.get(Client).charge()).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', operation: 'charge' });
    expect(app.get(Client).calls).toBe(3);
  });

  it('shares the provider’s gates between classes and methods, and has its own with scope: method', async () => {
    @Injectable()
    @Resilient('payments')
    class Other {
      @CircuitBreaker()
      async shared(): Promise<string> {
        return 'up';
      }

      @CircuitBreaker({ scope: 'method', window: { consecutive: 1 } })
      async own(): Promise<string> {
        return 'up';
      }
    }
    const app = await start({ providers: [PaymentsClient, Other] });
    for (let i = 0; i < 3; i++) await expect(app.get(PaymentsClient).refund()).rejects.toThrow('down');
    await expect(app.get(Other).shared()).rejects.toBeInstanceOf(CircuitOpenError);
    await expect(app.get(Other).own()).resolves.toBe('up');
  });

  it('is a plain call when resilience is switched off', async () => {
    const client = (await start({ providers: [PaymentsClient] }, { ...SETTINGS, enabled: false })).get(PaymentsClient);
    await expect(client.charge(1)).rejects.toThrow('down 1');
  });

  it('gives nested decorated calls what is left of its time', async () => {
    const clock = new TestClock();
    @Injectable()
    class Inner {
      deadline: number | undefined;

      @Retry('email')
      async send(): Promise<void> {
        this.deadline = currentCall()!.deadline;
        await new Promise(() => undefined);
      }
    }
    @Injectable()
    class Outer {
      constructor(readonly inner: Inner) {}

      @Timeout({ provider: 'payments', total: '2s' })
      async pay(): Promise<void> {
        await this.inner.send();
      }
    }
    const app = await start(
      { providers: [Inner, { provide: Outer, useFactory: (inner: Inner) => new Outer(inner), inject: [Inner] }] },
      { ...SETTINGS, clock },
    );
    const paying = app
      .get(Outer)
      .pay()
      .catch((error: unknown) => error);
    await clock.advance('2s');
    expect(await paying).toMatchObject({ code: 'TIMEOUT', scope: 'total', provider: 'payments' });
    expect(app.get(Inner).deadline).toBe(2000);
  });
});

describe('a decorated method that returns an Observable', () => {
  @Injectable()
  @Resilient('payments')
  class Streams {
    subscriptions = 0;
    unsubscribed = 0;

    @Retry()
    numbers(failures: number): Observable<number> {
      return defer(() => (this.subscriptions++ < failures ? throwError(() => new Error('down')) : from([1, 2, 3])));
    }

    @Bulkhead({ concurrency: 1 })
    endless(): Observable<number> {
      return new Observable((subscriber) => {
        subscriber.next(1);
        return () => void this.unsubscribed++;
      });
    }

    @Fallback(() => 0)
    failing(): Observable<number> {
      return throwError(() => new Error('down'));
    }

    @Retry()
    empty(): Observable<number> {
      return EMPTY;
    }

    @Retry({ returns: 'observable' })
    inferred() {
      return of('inferred');
    }
  }

  async function start() {
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(SETTINGS)],
      providers: [Streams],
    }).compile();
    await app.init();
    return { app, streams: app.get(Streams) };
  }

  it('is invoked again for every retry and every subscription, and not before it is subscribed to', async () => {
    const { app, streams } = await start();
    const numbers = streams.numbers(2);
    expect(streams.subscriptions).toBe(0);
    await expect(lastValueFrom(numbers.pipe(toArray()))).resolves.toEqual([1, 2, 3]);
    expect(streams.subscriptions).toBe(3);
    await expect(lastValueFrom(numbers.pipe(toArray()))).resolves.toEqual([1, 2, 3]);
    expect(streams.subscriptions).toBe(4);
    await app.close();
  });

  it('gives its permit back when it is unsubscribed from', async () => {
    const { app, streams } = await start();
    for (let i = 1; i <= 3; i++) {
      await expect(firstValueFrom(streams.endless())).resolves.toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(streams.unsubscribed).toBe(i);
    }
    await app.close();
  });

  it('emits its fallback, completes empty, and can be declared by an option', async () => {
    const { app, streams } = await start();
    await expect(lastValueFrom(streams.failing())).resolves.toBe(0);
    await expect(lastValueFrom(streams.empty().pipe(toArray()))).resolves.toEqual([]);
    await expect(lastValueFrom(streams.inferred())).resolves.toBe('inferred');
    await app.close();
  });
});
