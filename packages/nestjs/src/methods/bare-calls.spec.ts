import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Inject, Injectable, Logger, mixin, Module, type Provider } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import type { ResilienceOptions } from '../composition/resilience.options.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';
import { RUNTIME } from './runtime-slot.js';

const NO_DELAY = { backoff: { initial: 0, jitter: 'none' } } as const;
const SETTINGS: ResilienceOptions = { providers: { payments: { retry: { attempts: 3, ...NO_DELAY } } } };

@Injectable()
@Resilient('payments')
class Client {
  calls = 0;
  @Retry()
  async charge(): Promise<number> {
    if (++this.calls < 3) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    return this.calls;
  }
}

const lines: string[] = [];

beforeEach(() => {
  lines.length = 0;
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(String(line)));
});
afterEach(() => {
  jest.restoreAllMocks();
});

async function boot(providers: Provider[], options: ResilienceOptions = SETTINGS) {
  const module = await Test.createTestingModule({ imports: [ResilienceModule.forRoot(options)], providers }).compile();
  return module.init();
}

const LINE = expect.stringMatching(/^Client\.charge ran without its policies, on an instance that Nest does not know/);

describe('a decorated method of an instance that Nest does not know', () => {
  it('runs bare, and is told once while an application is up that has its provider', async () => {
    const app = await boot([]);
    await expect(new Client().charge()).rejects.toThrow('refused');
    await expect(new Client().charge()).rejects.toThrow('refused');
    expect(lines).toEqual([LINE]);
    await app.close();
    await expect(new Client().charge()).rejects.toThrow('refused');
    expect(lines).toHaveLength(1);
  });

  it('is told where a Proxy calls it on another object', async () => {
    const bound = new Proxy(new Client(), {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const app = await boot([{ provide: 'client', useValue: bound }]);
    await expect(app.get<Client>('client').charge()).rejects.toThrow('refused');
    expect(lines.slice(-1)).toEqual([LINE]);
    await app.close();
  });

  it('is told where it is called without its object', async () => {
    const app = await boot([Client]);
    const { charge } = app.get(Client);
    await expect(charge()).rejects.toThrow(TypeError);
    expect(lines).toEqual([
      expect.stringMatching(/^Client\.charge ran without its policies, as it was called without/),
    ]);
    await app.close();
  });

  it('is told where a constructor calls it: of its own object, or of one that a factory has made', async () => {
    @Injectable()
    @Resilient('payments')
    class Eager {
      readonly charged = this.charge().catch((error: Error) => error.message);

      @Retry()
      async charge(): Promise<string> {
        throw new Error('refused');
      }
    }
    @Injectable()
    class Caller {
      readonly charged: Promise<string>;

      constructor(@Inject('client') client: Client) {
        this.charged = client.charge().then(String, (error: Error) => error.message);
      }
    }
    const app = await boot([Eager, Caller, { provide: 'client', useFactory: () => new Client() }]);
    expect([await app.get(Eager).charged, await app.get(Caller).charged]).toEqual(['refused', 'refused']);
    const early = 'ran without its policies, as it was called before the application was made';
    expect(lines.slice(-2).sort()).toEqual([
      expect.stringContaining(`Client.charge ${early}`),
      expect.stringContaining(`Eager.charge ${early}`),
    ]);
    // From then on it is the application's.
    expect(await app.get<Client>('client').charge()).toBe(3);
    await app.close();
  });

  it.each<[string, ResilienceOptions | undefined]>([
    ['without an application', undefined],
    ['beside one that does not know the provider', { providers: { crm: {} } }],
    ['beside one that writes no log', { ...SETTINGS, logger: false }],
  ])('is told nowhere %s', async (_case, options) => {
    const app = options && (await boot([], options));
    await expect(new Client().charge()).rejects.toThrow('refused');
    expect(lines).toEqual([]);
    await app?.close();
  });

  it('is told nowhere beside a mock in the place of Resilience', async () => {
    const providers = [Client, { provide: Resilience, useValue: {} }];
    const module = await Test.createTestingModule({ providers }).compile();
    await expect(module.get(Client).charge()).rejects.toThrow('refused');
    expect(lines).toEqual([]);
  });
});

describe('instances that a factory provides together', () => {
  it.each<[string, () => unknown, (provided: never) => Client]>([
    ['in a list', () => [new Client(), 'other'], ([client]: readonly Client[]) => client!],
    ['in an object', () => ({ eu: new Client(), us: 5 }), ({ eu }: { eu: Client }) => eu],
    ['in a Map', () => new Map([['eu', new Client()]]), (clients: Map<string, Client>) => clients.get('eu')!],
  ])('have their policies: %s', async (_form, useFactory, clientOf) => {
    const app = await boot([{ provide: 'clients', useFactory }]);
    await expect(clientOf(app.get<never>('clients')).charge()).resolves.toBe(3);
    expect(lines).toEqual([]);
    await app.close();
  });

  it('are found without calling a getter', async () => {
    let read = 0;
    const clients = {
      eu: new Client(),
      get us() {
        read++;
        return undefined;
      },
    };
    const app = await boot([{ provide: 'clients', useValue: clients }]);
    await expect(clients.eu.charge()).resolves.toBe(3);
    expect(read).toBe(0);
    await app.close();
  });
});

describe('an instance into which Nest injects twice, as Nest 11 does where a transient one is resolved', () => {
  it('keeps its policies', async () => {
    const app = await boot([Client]);
    const client = app.get(Client) as Client & Record<symbol, unknown>;
    client[RUNTIME] = app.get(Resilience);
    await expect(client.charge()).resolves.toBe(3);
    await app.close();
  });
});

describe('a provided Proxy that can be read within requests only, as those of nestjs-cls', () => {
  it('does not end the boot, alone or in a list', async () => {
    const refuse = (): never => {
      throw new Error('no request');
    };
    // It lets through what Nest asks of every provider.
    const get = (target: object, key: string | symbol): unknown =>
      typeof key === 'symbol' ? refuse() : Reflect.get(target, key);
    const proxy = new Proxy(new Client(), { get, ownKeys: refuse });
    const useFactory = () => proxy;
    const list = { provide: 'list', useValue: [proxy, new Proxy({}, { getPrototypeOf: refuse })] };
    const app = await boot([Client, { provide: 'proxy', useFactory }, list]);
    expect(await app.get(Client).charge()).toBe(3);
    await app.close();
  });
});

describe('an instance that the factory of a module makes which is loaded lazily', () => {
  it('has its policies, as those have that are there at boot', async () => {
    @Module({ providers: [{ provide: 'client', useFactory: () => new Client() }] })
    class LazyModule {}
    const app = await boot([]);
    const loaded = await app.get(LazyModuleLoader).load(() => LazyModule);
    expect(await loaded.get<Client>('client').charge()).toBe(3);
    expect(lines).toEqual([]);
    await app.close();
  });
});

describe('an instance that its constructor has frozen', () => {
  it('has its policies', async () => {
    @Injectable()
    class Frozen extends Client {
      private readonly count = { calls: 0 };

      constructor() {
        super();
        Object.freeze(this);
      }

      @Retry()
      async refund(): Promise<number> {
        if (++this.count.calls < 3) throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        return this.count.calls;
      }
    }
    const app = await boot([Frozen]);
    expect(await app.get(Frozen).refund()).toBe(3);
    await app.close();
  });
});

describe('a class that mixin() has made', () => {
  it('names its methods as it is written, rather than by a name that is another one with every start', async () => {
    const clientOf = (provider: string) => {
      @Injectable()
      @Resilient(provider)
      class MixedClient extends Client {
        @Retry()
        async refund(): Promise<never> {
          throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
        }
      }
      return mixin(MixedClient);
    };
    const Mixed = clientOf('payments');
    const app = await boot([Mixed]);
    const operations: unknown[] = [];
    app.get(Resilience).events$.subscribe(({ operation }) => operations.push(operation));
    await expect(app.get(Mixed).refund()).rejects.toThrow('refused');
    expect(new Set(operations)).toEqual(new Set(['MixedClient.refund']));
    await app.close();
  });
});
