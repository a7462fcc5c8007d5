import { CircuitOpenError, currentCall } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Scope, SetMetadata, type DynamicModule, type Type } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test, type TestingModule } from '@nestjs/testing';
import { lastValueFrom, Observable, of } from 'rxjs';
import { startResilience } from '../../test/start-resilience.fixture.js';
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
import { SLOT } from './runtime-slot.js';

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

  it('runs under its policies in instances that a factory makes for a request, or for each class that injects them', async () => {
    const app = await start({
      providers: [
        { provide: 'perRequest', scope: Scope.REQUEST, useFactory: () => new PaymentsClient() },
        { provide: 'transient', scope: Scope.TRANSIENT, useFactory: async () => new PaymentsClient() },
        { provide: 'of a request', inject: ['perRequest'], useFactory: () => new PaymentsClient() },
        { provide: 'holder', inject: ['transient'], useFactory: (client: PaymentsClient) => ({ client }) },
      ],
    });
    const clients = [app.get<{ client: PaymentsClient }>('holder').client];
    for (const token of ['perRequest', 'transient', 'of a request']) {
      clients.push(await app.resolve<PaymentsClient>(token), await app.resolve<PaymentsClient>(token));
    }
    expect(new Set(clients).size).toBe(7);
    for (const client of clients) {
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

      @Retry({ attempts: 2, nested: true })
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
    const { resilience } = startResilience({ providers: { payments: { retry: { attempts: 1 } } } });
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

  it('is the bare method where everything that is injected is a mock', async () => {
    const app = await Test.createTestingModule({ providers: [PaymentsClient] })
      .useMocker(() => ({}))
      .compile();
    open.push(app);
    await expect(app.get(PaymentsClient).charge(1)).rejects.toThrow('down 1');
    expect(app.get(PaymentsClient).flaky.calls).toBe(1);
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
    expect(Object.getOwnPropertySymbols(client)).toContain(SLOT);
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

  it('gives each caller for whom its fallback answers a list of its own', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      @Fallback([])
      async list(): Promise<string[]> {
        throw new Error('down');
      }
    }
    const client = (await start({ providers: [Client] })).get(Client);
    (await client.list()).push('a secret of the first');
    expect(await client.list()).toEqual([]);
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

  it('can be called while the application is being made, whatever the other methods of its class say', async () => {
    @Injectable()
    @Resilient('email')
    class Client {
      @CircuitBreaker()
      async config(): Promise<string> {
        return 'read';
      }

      @CircuitBreaker({ minimumCalls: 5 })
      async send(): Promise<void> {}

      @Bulkhead({ scope: 'method', concurrency: 3 })
      async warm(): Promise<void> {}
    }
    const read = async (client: Client) => (await client.warm(), client.config());
    const app = await start({ providers: [Client, { provide: 'config', inject: [Client], useFactory: read }] });
    expect(app.get('config')).toBe('read');
    const { policies } = app.get(Resilience).provider('email').snapshot();
    expect(policies.map(({ kind, operation }) => [kind, operation])).toEqual([
      ['circuitBreaker', undefined],
      ['bulkhead', 'Client.warm'],
    ]);
  });

  it('rejects, and does not throw, when the key of a gate cannot be told from its arguments', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      @CircuitBreaker({ key: (order: { tenant: { id: string } }) => order.tenant.id })
      async charge(_order: { tenant?: { id: string } }): Promise<void> {}

      @Bulkhead({ key: (order: { tenant: { id: string } }) => order.tenant.id })
      watch(_order: { tenant?: { id: string } }): Observable<number> {
        return of(1);
      }
    }
    const client = (await start({ providers: [Client] })).get(Client);
    await expect(client.charge({})).rejects.toThrow("reading 'id'");
    await expect(lastValueFrom(client.watch({}))).rejects.toThrow("reading 'id'");
  });

  it('keeps the outcomes of subclasses apart that have an idempotent method from one class', async () => {
    @Resilient('payments')
    abstract class Resource {
      abstract readonly path: string;

      @Idempotent({ key: (id: string) => id })
      async create(id: string): Promise<string> {
        return `${this.path}/${id} by ${currentCall()!.operation}`;
      }
    }
    @Injectable()
    class Charges extends Resource {
      readonly path = '/charges';
    }
    @Injectable()
    class Refunds extends Resource {
      readonly path = '/refunds';

      @Idempotent({ key: (id: string) => id })
      override async create(id: string): Promise<string> {
        return super.create(id);
      }
    }
    const app = await start({ providers: [Charges, Refunds] });
    expect(await app.get(Charges).create('7')).toBe('/charges/7 by Charges.create');
    expect(await app.get(Refunds).create('7')).toBe('/refunds/7 by Refunds.create (Resource)');
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
