import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable, Logger, type Provider } from '@nestjs/common';
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
