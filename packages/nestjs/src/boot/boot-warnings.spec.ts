import { ResilienceConfigurationError } from '@breakwater/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Catch,
  Controller,
  Injectable,
  Logger,
  mixin,
  Module,
  Scope,
  UseFilters,
  type ExceptionFilter,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Cached } from '../decorators/cached.decorator.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Hedge } from '../decorators/hedge.decorator.js';
import { Idempotent } from '../decorators/idempotent.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { InjectProvider } from '../inject/inject-provider.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';
import type { ResilienceOptions } from '../composition/resilience.options.js';

@Injectable()
@Resilient('payments')
class PaymentsClient {
  @Retry()
  @CircuitBreaker()
  async charge(): Promise<void> {}
}

@Injectable()
@Resilient('payments')
class Undecorated {
  async charge(): Promise<void> {}
}

const { Minified } = (() => {
  @Injectable()
  @Resilient('payments')
  class c {
    @Idempotent({ key: (id: string) => id })
    async charge(_id: string): Promise<void> {}

    @Idempotent({ key: (id: string) => id })
    @Resilient({ provider: 'payments', operation: 'PaymentsClient.refund' })
    async refund(_id: string): Promise<void> {}
  }
  return { Minified: c };
})();

@Catch()
class CatchAllFilter implements ExceptionFilter {
  catch(): void {}
}

describe('warnings at boot', () => {
  let entries: string[];
  let environment: NodeJS.ProcessEnv;

  beforeEach(() => {
    entries = [];
    environment = process.env;
  });
  afterEach(() => {
    process.env = environment;
    Logger.overrideLogger(false);
  });

  async function start(
    options: ResilienceOptions,
    providers: Type[],
    prepare: (app: INestApplication) => void = () => undefined,
    modules: readonly Type[] = [],
  ): Promise<INestApplication> {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(options), ...modules],
      providers,
    }).compile();
    const ignore = () => undefined;
    // Nest itself warns of filters that it makes for each request.
    const warn = (message: unknown, context?: string) => {
      if (context === 'Resilience') entries.push(String(message));
    };
    const app = module.createNestApplication({ rawBody: true, logger: { log: ignore, error: ignore, warn } });
    prepare(app);
    return app.init();
  }

  async function warningsOf(...given: Parameters<typeof start>): Promise<string[]> {
    const app = await start(...given);
    await app.close();
    expect(entries.length).toBeLessThanOrEqual(1);
    return entries.flatMap((entry) => entry.split('\n').slice(1)).map((line) => line.trim());
  }

  it('tell of a policy of the settings that no method applies, and what to write', async () => {
    const payments = {
      retry: true,
      bulkhead: { concurrency: 2 },
      rateLimit: { limit: 3 },
      circuitBreaker: false,
    } as const;
    expect(await warningsOf({ providers: { payments } }, [PaymentsClient])).toEqual([
      "resilience.providers.payments.rateLimit: no method applies it: write @RateLimited(), or @Resilient('payments') for every policy of the settings, above PaymentsClient.charge",
      "resilience.providers.payments.bulkhead: no method applies it: write @Bulkhead(), or @Resilient('payments') for every policy of the settings, above PaymentsClient.charge",
    ]);
  });

  it('tell of settings for a method that there is not', async () => {
    const payments = { retry: true, methods: { chrage: { retry: { attempts: 5 } }, charge: { retry: false } } };
    expect(await warningsOf({ providers: { payments } }, [PaymentsClient])).toEqual([
      "resilience.providers.payments.methods.chrage: unknown method; did you mean 'charge'? Known are charge; the decorated methods of 'payments' are charge",
    ]);
  });

  it('tell of a class that names a provider and decorates no method', async () => {
    expect(await warningsOf({ providers: { payments: { retry: true } } }, [Undecorated])).toEqual([
      expect.stringMatching(/^Undecorated @Resilient\('payments'\): .*nothing is protected: decorate each method/),
    ]);
  });

  it('tell of keys that are made of a minified class name, unless the operation has a name of its own', async () => {
    const warnings = await warningsOf({ providers: { payments: {} } }, [Minified as Type]);
    expect(warnings).toEqual([expect.stringMatching(/^c\.charge: its idempotency keys .* class name 'c'.*operation:/)]);
  });

  it('tell of keys that are made of a name which mixin() has given at random, where the source has none', async () => {
    const Mixed = mixin(
      (() => {
        const anonymous = [
          class {
            async charge(_id: string): Promise<void> {}
          },
        ];
        const [Made] = anonymous;
        const charge = Object.getOwnPropertyDescriptor(Made!.prototype, 'charge')!;
        Idempotent({ key: (id: string) => id })(Made!.prototype, 'charge', charge);
        Object.defineProperty(Made!.prototype, 'charge', charge);
        Resilient('payments')(Made!);
        return Made!;
      })(),
    );
    expect(await warningsOf({ providers: { payments: {} } }, [Mixed])).toEqual([
      expect.stringMatching(/^[\da-f]{21}\.charge: .* looks random, as mixin\(\) makes them: another start/),
    ]);
  });

  it('tell of variables that have no effect', async () => {
    process.env = {
      RESILIENCE__PAYMENTS__RETRY: 'false',
      RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: '2',
      RESILIENCE_PAYMENTS_TIMEOUT_ATTEMPT: '1s',
    };
    const warnings = await warningsOf({ providers: { payments: { circuitBreaker: true } } }, [PaymentsClient]);
    expect(warnings).toEqual([
      'RESILIENCE__PAYMENTS__RETRY__ATTEMPTS: it has no effect: RESILIENCE__PAYMENTS__RETRY=false switches off what it sets an option of',
      expect.stringMatching(/^RESILIENCE_PAYMENTS_TIMEOUT_ATTEMPT: .*two underscores.*RESILIENCE__PAYMENTS__RETRY/),
    ]);
  });

  it('tell of a global filter that hides the engine’s answers, not of one that is asked later', async () => {
    const hidden = [expect.stringMatching(/^filter CatchAllFilter: .*APP_FILTER/)];
    const options = { providers: { payments: {} } };
    expect(await warningsOf(options, [], (app) => app.useGlobalFilters(new CatchAllFilter()))).toEqual(hidden);
    entries = [];
    expect(await warningsOf(options, [{ provide: APP_FILTER, useClass: CatchAllFilter } as unknown as Type])).toEqual(
      [],
    );
  });

  it('tell of a filter that hides them without saying that it catches everything, or is made for each request', async () => {
    class BareFilter implements ExceptionFilter {
      catch(): void {}
    }
    @Catch(Object)
    class ObjectFilter extends BareFilter {}
    @Catch(TypeError, Error)
    class ErrorFilter extends BareFilter {}
    @Catch(TypeError)
    class OwnFilter extends BareFilter {}
    const perRequest = (useClass: Type, scope: Scope) => ({ provide: APP_FILTER, useClass, scope }) as unknown as Type;
    @Controller()
    class BaseController {
      @UseFilters(BareFilter)
      pay(): void {}
    }
    @Controller('shop')
    class ShopController extends BaseController {}
    @Module({ controllers: [ShopController] })
    class ShopModule {}
    const scoped = [
      perRequest(CatchAllFilter, Scope.REQUEST),
      perRequest(BareFilter, Scope.TRANSIENT),
      perRequest(OwnFilter, Scope.REQUEST),
    ];
    const use = (app: INestApplication) =>
      app.useGlobalFilters(new BareFilter(), new ObjectFilter(), new ErrorFilter(), new OwnFilter());
    expect(await warningsOf({ providers: { payments: {} } }, scoped, use, [ShopModule])).toEqual([
      expect.stringMatching(/^filter BareFilter: it is asked before/),
      expect.stringMatching(/^filter ObjectFilter: it is asked before/),
      expect.stringMatching(/^filter ErrorFilter: it is asked before/),
      expect.stringMatching(/^filter CatchAllFilter: Nest makes it for each request/),
      expect.stringMatching(/^filter BareFilter: Nest makes it for each request/),
      expect.stringMatching(/^ShopController\.pay @UseFilters\(BareFilter\): /),
    ]);
  });

  it('tell of a filter of a controller or handler that hides them, and not of one for errors of its own', async () => {
    @Catch(TypeError)
    class OwnFilter extends CatchAllFilter {}
    @Controller('shop')
    @UseFilters(CatchAllFilter)
    class ShopController {
      @UseFilters(new CatchAllFilter(), OwnFilter)
      pay(): void {}
    }
    @Module({ controllers: [ShopController] })
    class ShopModule {}
    const warnings = await warningsOf({ providers: { payments: {} } }, [], undefined, [ShopModule]);
    expect(warnings).toEqual([
      expect.stringMatching(/^ShopController @UseFilters\(CatchAllFilter\): .*getStatus\(\)/),
      expect.stringMatching(/^ShopController\.pay @UseFilters\(CatchAllFilter\): /),
    ]);
  });

  it('are not given for what is right, for defaults, and for a provider that is injected', async () => {
    @Injectable()
    class Direct {
      constructor(@InjectProvider('direct') readonly provider: unknown) {}

      @Retry('direct')
      async call(): Promise<void> {}
    }
    const providers = {
      payments: { retry: true, circuitBreaker: true },
      direct: { bulkhead: { concurrency: 5 }, methods: { other: { retry: false } } } as const,
      unused: { retry: true } as const,
    };
    expect(await warningsOf({ defaults: { timeout: { total: '5s' } }, providers }, [PaymentsClient, Direct])).toEqual(
      [],
    );
  });

  it('tell of a second ResilienceModule with other options, which knows its own providers only', async () => {
    const imports = [
      ResilienceModule.forRoot({ providers: { payments: {} } }),
      ResilienceModule.forRoot({ providers: { email: {} } }),
    ];
    const module = await Test.createTestingModule({ imports, providers: [PaymentsClient] }).compile();
    await expect(module.init()).rejects.toThrow(/forRoot\(\) was called several times.*give all providers to one/);
  });

  it('are faults where the settings are strict', async () => {
    const options: ResilienceOptions = { strict: true, providers: { payments: { bulkhead: { concurrency: 2 } } } };
    const error: unknown = await start(options, [PaymentsClient]).catch((raised: unknown) => raised);
    expect((error as ResilienceConfigurationError).faults.map(({ path }) => path)).toEqual([
      'resilience.providers.payments.bulkhead',
    ]);
  });
});

describe('a policy that the environment switches off', () => {
  it('stays off, whatever else it says of its options, in whichever order', async () => {
    const before = process.env;
    for (const names of [
      ['RETRY', 'RETRY__ATTEMPTS'],
      ['RETRY__ATTEMPTS', 'RETRY'],
    ]) {
      process.env = Object.fromEntries(
        names.map((name) => [`RESILIENCE__PAYMENTS__${name}`, name === 'RETRY' ? 'false' : '2']),
      );
      const module = await Test.createTestingModule({
        imports: [ResilienceModule.forRoot({ logger: false, providers: { payments: { retry: { attempts: 5 } } } })],
      }).compile();
      await module.init();
      let calls = 0;
      const run = () => {
        calls++;
        return Promise.reject(new Error('down'));
      };
      await expect(module.get(Resilience).provider('payments').execute(run)).rejects.toThrow('down');
      expect(calls).toBe(1);
      await module.close();
    }
    process.env = before;
  });
});

describe('a decorator with a duration in the place of the provider', () => {
  it('takes it for what it must be', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      @Timeout('20ms')
      slow(): Promise<void> {
        return new Promise(() => undefined);
      }

      @Cached('1m')
      @Hedge('2s')
      async read(): Promise<void> {}
    }
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { payments: {} } })],
      providers: [Client],
    }).compile();
    await module.init();
    await expect(module.get(Client).slow()).rejects.toMatchObject({ code: 'TIMEOUT', afterMs: 20 });
    await module.close();
  });

  it.each([
    ['10s', CircuitBreaker, /'10s'.*A length of time is an option here, for example { openFor: '10s' }/],
    ['24h', Idempotent, /'24h'.*A length of time is an option here, for example { ttl: '24h' }/],
    ['2 s', Timeout, /'2 s'.*A length of time is written like '250ms', '2s'/],
    ['2sec', Cached, /'2sec'.*A length of time is written like/],
    ['-1s', Hedge, /'-1s'.*A length of time is written like/],
    ['٢s', Timeout, /.*A length of time is written like/],
  ])('is told what to write where it could be several, or none: %s', async (text, decorator, fault) => {
    @Injectable()
    class Client {
      @decorator(text)
      async read(): Promise<void> {}
    }
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers: { payments: {} } })],
      providers: [Client],
    }).compile();
    await expect(module.init()).rejects.toThrow(fault);
  });
});

describe('faults of decorators', () => {
  it('come in the same list as those of the settings, each once', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      @Retry({ attempts: 0 })
      async charge(): Promise<void> {}

      @Timeout()
      async read(): Promise<void> {}
    }
    const options = { providers: { payments: { timeout: { attempt: -1 } } } };
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(options)],
      providers: [Client],
    });
    const error: unknown = await (await module.compile()).init().catch((raised: unknown) => raised);
    expect((error as ResilienceConfigurationError).faults.map(({ path }) => path)).toEqual([
      'resilience.providers.payments.timeout.attempt',
      'resilience.providers.payments (Client.charge).retry.attempts',
    ]);
  });
});
