import { inspect } from 'node:util';
import { definePolicy, ResilienceConfigurationError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import * as v from 'valibot';
import type { ResilienceOptions } from '../composition/resilience.options.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { FallbackTo } from '../decorators/fallback-to.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { Webhook } from '../inbound/webhooks/webhook.decorator.js';
import { InjectFetch } from '../clients/http/inject-fetch.decorator.js';
import { InjectHttp } from '../clients/http/inject-http.decorator.js';
import { InjectProvider } from '../inject/inject-provider.decorator.js';
import { ResilienceModule } from '../resilience.module.js';

type Decorate = (value: string) => readonly [method?: unknown, parameter?: unknown, onClass?: unknown];

/** Boots an application with one class, and returns what is told of it. */
async function told(options: ResilienceOptions, decorate: () => ReturnType<Decorate> = () => []): Promise<string> {
  try {
    const [onMethod, onParameter, onClass] = decorate();
    const providers = [classWith(onMethod as never, onParameter as never, onClass as never)];
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(options)],
      providers,
    }).compile();
    await module.init();
    await module.close();
    return '';
  } catch (error) {
    if (error instanceof ResilienceConfigurationError || error instanceof TypeError)
      return inspect(error, { depth: 9 });
    throw error;
  }
}

function classWith(
  onMethod?: MethodDecorator,
  onParameter?: ParameterDecorator,
  onClass: ClassDecorator = () => undefined,
): Type {
  @Injectable()
  @onClass
  class Client {
    constructor(@(onParameter ?? (() => undefined)) readonly dependency: unknown = undefined) {}
    @(onMethod ?? (() => undefined))
    async charge(): Promise<void> {}
  }
  if (onParameter === undefined) Reflect.defineMetadata('design:paramtypes', [], Client);
  return Client;
}

const SECRETS = [
  'sk_live_TOPSECRET42',
  'AKIAIOSFODNN7EXAMPLE',
  'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3',
  'https://svc:Tr0ub4dor@api.example.com/v1',
  '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----',
  'c3VwZXItc2VjcmV0LXZhbHVl',
];

describe.each(SECRETS)('a secret in the place of a name: %s', (value) => {
  const places: readonly (readonly [string, Decorate])[] = [
    ['the provider of a class', (name) => [Retry(), undefined, Resilient(name)]],
    ['the provider of a decorator', (name) => [Retry(name)]],
    ['one of two providers', (name) => [both(Retry('payments'), CircuitBreaker(name))]],
    ['the provider of a webhook', (name) => [Webhook(name)]],
    ['@InjectHttp', (name) => [undefined, InjectHttp(name)]],
    ['@InjectFetch', (name) => [undefined, InjectFetch(name)]],
    ['@InjectProvider', (name) => [undefined, InjectProvider(name)]],
    ['@FallbackTo', (name) => [both(Retry('payments'), FallbackTo(name) as never)]],
  ];

  it.each(places)('%s', async (_place, decorate) => {
    const text = await told({ providers: { payments: { retry: true } } }, () => decorate(value));
    expect(text).toMatch(/\(a name of \d+ characters\)/);
    expect(text).not.toContain(value.slice(0, 27));
  });

  it.each<[string, (name: string) => unknown]>([
    ['a provider', (name) => ({ providers: { [name]: { retry: { attempts: 0 } } } })],
    ['a provider of which a class names another', (name) => ({ providers: { [name]: {} } })],
    ['a method', (name) => ({ providers: { payments: { methods: { [name]: { retry: { attempts: 0 } } } } } })],
  ])('a key of the settings: %s', async (_place, settingsWith) => {
    const text = await told(settingsWith(value) as ResilienceOptions, () => [Retry('crm')]);
    expect(text).toMatch(/a name of \d+ characters|entry 1/);
    expect(text).not.toContain(value.slice(0, 27));
  });

  it('what the schema of a policy of the application’s own quotes', async () => {
    const schema = v.strictObject({ days: v.array(v.number()), site: v.pipe(v.string(), v.url(), v.minLength(99)) });
    const own = definePolicy({ kind: 'hours', scope: 'provider', schema, policy: class {} as never });
    const hours = { days: [value], site: value, [value]: 1 };
    const text = await told({ policies: [own], providers: { payments: { hours } } } as unknown as ResilienceOptions);
    expect(text).toMatch(/hours\.days\.0/);
    expect(text).not.toContain(value.slice(0, 27));
  });
});

describe('a provider that there is not', () => {
  it('is named as it was written, where that is a name', async () => {
    const text = await told({ providers: { payments: {} } }, () => [Retry('shopApi2')]);
    expect(text).toContain("Client.charge (provider 'shopApi2'): there is no such provider");
    expect(text).toContain("known are 'payments'");
  });
});

/** Decorators of different types, as one that may stand anywhere. */
function both(...decorators: readonly unknown[]): MethodDecorator {
  return (target, method, descriptor) => {
    for (const decorate of decorators as readonly MethodDecorator[]) decorate(target, method, descriptor);
  };
}
