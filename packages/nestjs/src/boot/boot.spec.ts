import { ResilienceConfigurationError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import { from, lastValueFrom, Observable, of, toArray } from 'rxjs';
import { secret } from '../config/fields/secret.js';
import type { ResilienceOptions } from '../composition/resilience.options.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { FallbackTo } from '../decorators/fallback-to.decorator.js';
import { Idempotent } from '../decorators/idempotent.decorator.js';
import { RateLimited } from '../decorators/rate-limited.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { InjectProvider } from '../inject/inject-provider.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

async function faultsOf(options: ResilienceOptions, providers: Type[] = []): Promise<string[]> {
  const app = await Test.createTestingModule({ imports: [ResilienceModule.forRoot(options)], providers }).compile();
  const error: unknown = await app.init().catch((raised: unknown) => raised);
  if (!(error instanceof ResilienceConfigurationError)) throw new Error(`expected faults, got ${String(error)}`);
  return error.faults.map(({ path, message }) => `${path}: ${message}`);
}

describe('booting', () => {
  it('lists every fault of the settings and of their use in one error', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      constructor(@InjectProvider('paymnets') readonly provider: unknown) {}

      @FallbackTo('nothing' as never)
      async charge(): Promise<void> {}

      @Retry('email')
      async send(): Promise<void> {}

      @RateLimited()
      async list(): Promise<void> {}

      @Idempotent()
      stream(): Observable<number> {
        return of(1);
      }
    }
    const faults = await faultsOf(
      {
        defaults: { timeout: { attempt: '2 s' as never } },
        providers: {
          payments: {
            retry: { attempts: 0 },
            http: { baseUrl: 'nonsense', auth: { bearer: secret('NOT_SET_ANYWHERE') } },
          },
          crm: { bogus: 1 } as never,
        },
      },
      [Client],
    );
    const text = faults.join('\n');
    expect(text).toMatch(/resilience\.providers\.payments\.timeout\.attempt: '2 s' given; expected a duration/);
    expect(text).toMatch(/resilience\.providers\.payments\.retry\.attempts: 0 given; expected a whole number/);
    expect(text).toMatch(
      /resilience\.providers\.payments\.http\.baseUrl: text given; expected an absolute http or https URL/,
    );
    expect(text).toMatch(/payments\.http\.auth\.bearer: the secret is not set/);
    expect(text).not.toMatch(/Client.*needs resilience\.providers\.payments\.http/);
    expect(text).toMatch(/resilience\.providers\.crm\.bogus: unknown setting; known are/);
    expect(text).toMatch(/Client\.charge @FallbackTo\('nothing'\): Client has no method 'nothing'/);
    expect(text).toMatch(/Client\.send \(provider 'email'\): there is no such provider .* known are 'payments', 'crm'/);
    expect(text).toMatch(/Client\.stream: is @Idempotent and returns an Observable/);
    expect(text).toMatch(/Client \(parameter 1\) @InjectProvider\('paymnets'\): there is no such provider/);
  });

  it('says where settings may have been lost when there are none', async () => {
    @Injectable()
    class Client {
      @Retry('payments')
      async charge(): Promise<void> {}
    }
    await expect(faultsOf({}, [Client])).resolves.toEqual([
      "Client.charge (provider 'payments'): there is no such provider in the resilience settings; known are none: where the settings stand in ConfigModule's 'resilience' namespace, it needs isGlobal: true",
    ]);
  });

  it('names a missing secret and the variable that should hold it', async () => {
    const faults = await faultsOf({
      providers: { payments: { http: { baseUrl: 'http://localhost', auth: { bearer: secret('NOT_SET_ANYWHERE') } } } },
    });
    expect(faults).toEqual([expect.stringContaining('environment variable NOT_SET_ANYWHERE')]);
  });

  it('refuses a method that names no provider, returns at once, or needs an option that is missing', async () => {
    @Injectable()
    class Lost {
      @Retry()
      async charge(): Promise<void> {}

      @(CircuitBreaker('payments') as unknown as MethodDecorator)
      now(): number {
        return 1;
      }

      @RateLimited('payments')
      async list(): Promise<void> {}
    }
    const faults = await faultsOf({ providers: { payments: {} } }, [Lost]);
    expect(faults).toEqual([
      expect.stringMatching(/Lost\.charge: names no provider: put @Resilient/),
      expect.stringMatching(/Lost\.now: returns Number: a decorated method returns a Promise or an Observable/),
      expect.stringMatching(/\(Lost\.list\)\.rateLimit\.limit: .*it is required/),
    ]);
  });

  it('refuses a fallback that leads back to its method: where both fail, they would call for ever', async () => {
    @Injectable()
    @Resilient('payments')
    class Rates {
      @(FallbackTo('own') as unknown as MethodDecorator)
      async own(): Promise<void> {}

      @FallbackTo('second')
      async first(): Promise<void> {}

      @FallbackTo('first')
      async second(_error: unknown): Promise<void> {}

      @FallbackTo('first')
      async before(): Promise<void> {}
    }
    @Injectable()
    class Ending extends Rates {
      override async own(): Promise<void> {}
      override async second(_error: unknown): Promise<void> {}
    }
    const faults = await faultsOf({ providers: { payments: {} } }, [Rates, Ending]);
    expect(faults).toEqual([
      expect.stringContaining("Rates.own @FallbackTo('own'): it leads back to this method"),
      expect.stringContaining("Rates.first @FallbackTo('second'): it leads back to this method"),
      expect.stringContaining("Rates.second @FallbackTo('first'): it leads back to this method"),
    ]);
  });

  it('refuses two idempotent methods of one name that have a key: each would answer with the other’s outcomes', async () => {
    const { Orders } = (() => {
      @Injectable()
      @Resilient('payments')
      class Orders {
        @Idempotent({ key: (id: string) => id })
        async create(_id: string): Promise<void> {}

        @Retry()
        async list(): Promise<void> {}
      }
      return { Orders };
    })();
    const { Orders: Others } = (() => {
      @Injectable()
      @Resilient('payments')
      class Orders {
        @Idempotent({ key: (id: string) => id })
        async create(_id: string): Promise<void> {}

        @Retry()
        async list(): Promise<void> {}
      }
      return { Orders };
    })();
    await expect(faultsOf({ providers: { payments: {} } }, [Orders, Others])).resolves.toEqual([
      "Orders.create: two idempotent methods of 'payments' have this name, and each would answer with the other's outcomes: rename a class, or name one of them with @Resilient({ provider: 'payments', operation: 'another name' })",
    ]);
  });

  it('lets idempotent methods share a name where no key is given: nothing of them is kept', async () => {
    const [Orders, Others] = [1, 2].map(() => {
      @Injectable()
      @Resilient('payments')
      class Orders {
        @Idempotent()
        async create(): Promise<void> {}
      }
      return Orders;
    }) as [Type, Type];
    const options = ResilienceModule.forRoot({ providers: { payments: {} } });
    const app = await Test.createTestingModule({ imports: [options], providers: [Orders, Others] }).compile();
    await expect(app.init()).resolves.toBe(app);
    await app.close();
    const idempotency = { key: (id: string) => id };
    await expect(faultsOf({ providers: { payments: { idempotency } } }, [Orders, Others])).resolves.toEqual([
      expect.stringContaining('Orders.create: two idempotent methods'),
    ]);
  });

  it('refuses two thresholds for one breaker unless one of them asks for its own', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      @CircuitBreaker({ failureRate: 0.1 })
      async charge(): Promise<void> {}

      @CircuitBreaker({ failureRate: 0.2, scope: 'method' })
      async refund(): Promise<void> {}

      @CircuitBreaker()
      async list(): Promise<void> {}
    }
    await expect(
      faultsOf({ providers: { payments: { circuitBreaker: { failureRate: 0.5 } } } }, [Client]),
    ).resolves.toEqual([
      expect.stringMatching(
        /Client\.charge\.circuitBreaker: differs from resilience\.providers\.payments\.circuitBreaker.*scope: 'method'/,
      ),
    ]);
  });
});

describe('settings', () => {
  const resilienceConfig = registerAs('resilience', (): ResilienceOptions => ({
    defaults: { retry: { attempts: 2 } },
    providers: { payments: { circuitBreaker: { openFor: '5s' }, methods: { charge: { retry: { attempts: 5 } } } } },
  }));

  async function start(options: ResilienceOptions = {}, environment: Record<string, string> = {}) {
    Object.assign(process.env, environment);
    try {
      const app = await Test.createTestingModule({
        imports: [
          ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [resilienceConfig] }),
          ResilienceModule.forRoot(options),
        ],
        providers: [Client],
      }).compile();
      return await app.init();
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  }

  @Injectable()
  @Resilient('payments')
  class Client {
    calls = 0;

    @Retry({ attempts: 3, backoff: { initial: 0 } })
    async charge(): Promise<void> {
      this.calls++;
      throw new Error('down');
    }

    @Retry({ backoff: { initial: 0 } })
    async refund(): Promise<void> {
      this.calls++;
      throw new Error('down');
    }
  }

  async function callsOf(app: Awaited<ReturnType<typeof start>>, method: 'charge' | 'refund'): Promise<number> {
    const client = app.get(Client);
    await expect(client[method]()).rejects.toThrow('down');
    await app.close();
    return client.calls;
  }

  it('are read from the resilience namespace, a method’s own override being stronger than its decorator', async () => {
    expect(await callsOf(await start(), 'refund')).toBe(2);
    expect(await callsOf(await start(), 'charge')).toBe(5);
  });

  it('give way to the environment, whatever the decorator says', async () => {
    expect(await callsOf(await start({}, { RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '4' }), 'refund')).toBe(4);
    expect(
      await callsOf(await start({}, { RESILIENCE__PAYMENTS__METHODS__CHARGE__RETRY__ATTEMPTS: '1' }), 'charge'),
    ).toBe(1);
    expect(await callsOf(await start({}, { RESILIENCE__ENABLED: 'false' }), 'charge')).toBe(1);
  });

  it('refuse a variable that names nothing', async () => {
    await expect(start({}, { RESILIENCE__PAYMNETS__RETRY__ATTEMPTS: '4' })).rejects.toThrow(
      /RESILIENCE__PAYMNETS__RETRY__ATTEMPTS: nothing is set by RESILIENCE__PAYMNETS; after RESILIENCE__ comes ENABLED, or one of DEFAULTS, PAYMENTS and then the path of a setting/,
    );
  });

  it('can be made by a factory', async () => {
    const app = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRootAsync({
          inject: [resilienceConfig.KEY],
          imports: [ConfigModule.forFeature(resilienceConfig)],
          useFactory: (settings: ResilienceOptions) => settings,
        }),
      ],
      providers: [Client],
    }).compile();
    expect(await callsOf(await app.init(), 'charge')).toBe(5);
  });

  it('can change while the application runs', async () => {
    const app = await start();
    app.get(Resilience).reconfigure('payments', { methods: { charge: { retry: { attempts: 1 } } } });
    expect(() => app.get(Resilience).reconfigure('payments', { retry: { attempts: -1 } })).toThrow(
      /retry\.attempts: -1 given/,
    );
    expect(await callsOf(app, 'charge')).toBe(1);
  });

  it('that do not fit a method which returns an Observable change nothing', async () => {
    @Injectable()
    class Streams {
      @Resilient('payments')
      numbers(): Observable<number> {
        return from([1, 2]);
      }
    }
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { payments: { bulkhead: true, idempotency: true } } })],
      providers: [Streams],
    }).compile();
    await app.init();
    const resilience = app.get(Resilience);
    for (const [patch, kind] of [
      [{ bulkhead: { concurrency: 1 }, hedge: { delay: 20 } }, 'hedge'],
      [{ bulkhead: { concurrency: 1 }, idempotency: { key: () => 'one' } }, 'idempotency'],
    ] as const) {
      const message = `Streams.numbers: has ${kind} by the settings and returns an Observable`;
      expect(() => resilience.reconfigure('payments', patch)).toThrow(message);
      expect(() => resilience.provider('payments').reconfigure(patch)).toThrow(message);
    }
    expect(resilience.snapshot().providers[0]!.policies).toMatchObject([{ kind: 'bulkhead', concurrency: 10 }, {}]);
    const read = () => lastValueFrom(app.get(Streams).numbers().pipe(toArray()));
    expect([await read(), await read()]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    await app.close();
  });

  it('show in the snapshot without a secret', async () => {
    const app = await start({
      providers: { email: { http: { baseUrl: 'http://localhost', auth: { bearer: 'hunter2' } } } },
    });
    const snapshot = app.get(Resilience).snapshot();
    expect(snapshot.providers.map(({ name }) => name)).toEqual(['payments', 'email']);
    expect(JSON.stringify(snapshot)).not.toContain('hunter2');
    await app.close();
  });
});
