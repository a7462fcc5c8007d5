import { ResilienceConfigurationError } from '@breakwater/core';
import { describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BehaviorSubject } from 'rxjs';
import { ResilienceModule } from '../resilience.module.js';
import { Bulkhead } from './bulkhead.decorator.js';
import { FallbackTo } from './fallback-to.decorator.js';
import { Fallback } from './fallback.decorator.js';
import { Resilient } from './resilient.decorator.js';
import { Retry } from './retry.decorator.js';

/** A decorator as code that no compiler has checked may use it. */
type Unchecked = (...given: unknown[]) => unknown;
const [retry, bulkhead, resilient, fallback, fallbackTo] = [Retry, Bulkhead, Resilient, Fallback, FallbackTo].map(
  (decorator) => decorator as unknown as Unchecked,
) as [Unchecked, Unchecked, Unchecked, Unchecked, Unchecked];

class Client {
  async charge(): Promise<void> {}
  get rates(): Promise<number> {
    return Promise.resolve(1);
  }
  static async make(): Promise<void> {}
}

const on = (decorator: unknown, ...place: unknown[]) => (decorator as Unchecked)(...place);
const at = (method: string) => Object.getOwnPropertyDescriptor(Client.prototype, method);

async function faultsOf(client: Type): Promise<unknown> {
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ providers: { payments: {} } })],
    providers: [client],
  }).compile();
  const raised: unknown = await module.init().catch((error: unknown) => error);
  return (raised as ResilienceConfigurationError).faults;
}

describe('a decorator that would do nothing is refused', () => {
  it.each<[string, () => unknown, string]>([
    ['@Retry', () => retry(Client.prototype, 'charge', at('charge')), '@Retry stands in Client without parentheses'],
    ['@Bulkhead', () => bulkhead(Client.prototype, 'charge', at('charge')), '@Bulkhead stands in Client without'],
    ['@Fallback', () => fallback(Client.prototype, 'charge', at('charge')), '@Fallback stands in Client without'],
    ['@FallbackTo', () => fallbackTo(Client.prototype, 'charge', at('charge')), '@FallbackTo stands in Client without'],
    ['@Resilient on a class', () => resilient(Client), '@Resilient stands in Client without parentheses'],
    ['@Resilient()', () => resilient(), '@Resilient: nothing given; expected an object of options, or the name'],
    [
      '@Resilient twice on a method',
      () => {
        const place = [Client.prototype, 'charge', at('charge')];
        on(Resilient({ provider: 'p', operation: 'pay' }), ...place);
        return on(Resilient('p'), ...place);
      },
      'Client.charge has two @Resilient: keep one',
    ],
    [
      '@Resilient twice on a class',
      () => {
        class Twice {}
        Resilient('p')(Twice);
        return Resilient('q')(Twice);
      },
      "Twice names two providers, 'q' and 'p': keep one",
    ],
    [
      '@Resilient on a property',
      () => on(Resilient('p'), Client.prototype, 'charge'),
      'Client.charge is not a method: a property',
    ],
    [
      '@Resilient({ sream })',
      () => resilient({ provider: 'p', sream: true }),
      "sream: unknown option; did you mean 's",
    ],
    [
      'operation: 5',
      () => resilient({ provider: 'p', operation: 5 }),
      '@Resilient: operation: 5 given; expected a name',
    ],
    [
      'protocol: 5',
      () => resilient({ provider: 'p', protocol: 5 }),
      "@Resilient: protocol: 5 given; expected 'graphql'",
    ],
    ['stream: 1', () => resilient({ provider: 'p', stream: 1 }), '@Resilient: stream: 1 given; expected true or false'],
    [
      'provider: null',
      () => retry({ provider: null }),
      '@Retry: provider: null given; expected the name of a provider',
    ],
    ['scope: 1', () => retry({ scope: 1 }), "@Retry: scope: 1 given; expected 'provider' or 'method'"],
    ['returns: 1', () => retry({ returns: 1 }), "@Retry: returns: 1 given; expected 'promise' or 'observable'"],
    ['key: 1', () => bulkhead({ key: 1 }), '@Bulkhead: key: 1 given; expected a function of the arguments'],
    ['@Resilient({})', () => resilient({}), '@Resilient: expected the name of a provider'],
    ['@Retry(5)', () => retry(5), '@Retry: 5 given; expected an object of options, or the name of a provider'],
    ['@Retry(null)', () => retry(null), '@Retry: null given; expected an object of options'],
    ['@Bulkhead([5])', () => bulkhead([5]), '@Bulkhead: a list given; expected an object of options'],
    [
      'on a class',
      () => on(Retry(), Client),
      "Client is a class: policies stand on its methods, and @Resilient('name')",
    ],
    ['on a property', () => on(Retry(), Client.prototype, 'charge'), 'Client.charge is not a method: a property'],
    ['on a getter', () => on(Retry(), Client.prototype, 'rates', at('rates')), 'Client.rates is not a method'],
    ['on a parameter', () => on(Retry(), Client.prototype, 'charge', 0), 'Client.charge is not a method'],
    ['on a static method', () => on(Retry(), Client, 'make', {}), 'Client.make is static: only methods of instances'],
    ['of the standard', () => on(Retry(), () => 1, { kind: 'method', name: 'x' }), 'experimentalDecorators'],
  ])('%s', (_place, decorate, message) => {
    const raised = (() => {
      try {
        return decorate();
      } catch (error) {
        return error;
      }
    })();
    expect(raised).toBeInstanceOf(TypeError);
    expect((raised as TypeError).message).toContain(message);
  });

  it('is a fault at boot on a method of a Subject, whose caller would get a Promise', async () => {
    @Injectable()
    @Resilient('payments')
    class Prices {
      @Retry()
      changes(): BehaviorSubject<number> {
        return new BehaviorSubject(1);
      }

      @Retry({ returns: 'observable' })
      news(): BehaviorSubject<number> {
        return new BehaviorSubject(1);
      }
    }
    expect(await faultsOf(Prices)).toEqual([
      {
        path: 'Prices.changes',
        message: 'returns BehaviorSubject: annotate its return type as Observable, which is what its callers get',
      },
    ]);
  });

  it('is a fault at boot on a generator, whose caller would get a Promise', async () => {
    @Injectable()
    @Resilient('payments')
    class Pages {
      @(Retry() as unknown as MethodDecorator)
      async *all(): AsyncGenerator<number> {
        yield 1;
      }
    }
    expect(await faultsOf(Pages)).toEqual([
      {
        path: 'Pages.all',
        message: 'is a generator: a decorated method returns a Promise, of an async iterable if need be',
      },
    ]);
  });
});
