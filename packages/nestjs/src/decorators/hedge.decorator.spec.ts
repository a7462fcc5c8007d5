import { ResilienceConfigurationError, type Call, currentCall } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Observable, of } from 'rxjs';
import { Resilience } from '../resilience.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';
import { Hedge } from './hedge.decorator.js';
import { Resilient } from './resilient.decorator.js';
import { Retry } from './retry.decorator.js';

/** A method whose attempts take as long as they are told, one after the other, and answer with their number. */
@Injectable()
@Resilient('catalog')
class CatalogClient {
  readonly calls: Call[] = [];

  constructor(private readonly clock: TestClock) {}

  @Hedge({ delay: 100 })
  async find(...tookMs: number[]): Promise<number> {
    return this.attempt(tookMs);
  }

  @Hedge({ delay: 100, attempts: 3 })
  @Retry()
  async list(...tookMs: number[]): Promise<number> {
    return this.attempt(tookMs);
  }

  @Hedge()
  async observed(...tookMs: number[]): Promise<number> {
    return this.attempt(tookMs);
  }

  @Hedge('pricing')
  async price(...tookMs: number[]): Promise<number> {
    return this.attempt(tookMs);
  }

  @Retry()
  async plain(...tookMs: number[]): Promise<number> {
    return this.attempt(tookMs);
  }

  private async attempt(tookMs: number[]): Promise<number> {
    const call = currentCall()!;
    const nth = this.calls.push(call);
    await this.clock.sleep(tookMs[nth - 1]!, call.signal);
    return nth;
  }
}

/** Compiling this is the test: each line that is expected to fail says so. */
class Typed {
  @Hedge({ delay: '2s', attempts: 3, idempotent: true })
  async fixed(): Promise<string> {
    return '';
  }

  @Hedge({ provider: 'catalog', delay: { quantile: 0.99, min: 10, max: '1s', minimumCalls: 50, initial: '300ms' } })
  async observed(): Promise<string> {
    return '';
  }

  // @ts-expect-error sync
  @Hedge()
  sync(): string {
    return '';
  }

  // @ts-expect-error no such option
  @Hedge({ after: '2s' })
  async unknown(): Promise<void> {}

  // @ts-expect-error not a duration
  @Hedge({ delay: 'soon' })
  async wrong(): Promise<void> {}
}

describe('@Hedge', () => {
  const open: TestingModule[] = [];

  async function start(providers: Record<string, object> = { catalog: {}, pricing: { hedge: { delay: 40 } } }) {
    const clock = new TestClock();
    const settings: ResilienceModuleOptions = { providers, clock };
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot(settings)],
      providers: [CatalogClient, { provide: TestClock, useValue: clock }],
    }).compile();
    open.push(app);
    await app.init();
    return { clock, client: app.get(CatalogClient), resilience: app.get(Resilience) };
  }

  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
  });

  it('takes the answer of a second attempt when the first takes long, and aborts the first', async () => {
    const { clock, client } = await start();
    const answer = client.find(500, 10);
    await clock.advance(110);
    expect(await answer).toBe(2);
    expect(client.calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(client.calls[0]!.signal.reason).toMatchObject({ code: 'HEDGE_LOST', operation: 'CatalogClient.find' });
  });

  it('sends nothing beside the first attempt when that is fast enough', async () => {
    const { clock, client } = await start();
    const answer = client.find(99);
    await clock.advance('1m');
    expect([await answer, client.calls.length]).toEqual([1, 1]);
  });

  it('takes its options from the decorator, and goes with others', async () => {
    const { clock, client } = await start();
    const answer = client.list(500, 500, 500);
    await clock.advance('1m');
    expect([await answer, client.calls.length]).toEqual([1, 3]);
  });

  it('takes them from the settings of the provider that it names', async () => {
    const { clock, client, resilience } = await start();
    const answer = client.price(500, 10);
    await clock.advance(50);
    expect(await answer).toBe(2);
    expect(client.calls[0]!.provider).toBe('pricing');
    expect(resilience.provider('pricing').snapshot().policies).toEqual([
      { kind: 'hedge', operation: 'CatalogClient.price', hedges: 1, wins: 1, overBudget: 0, delayMs: 40 },
    ]);
  });

  it('without options waits until it has seen enough calls', async () => {
    const { clock, client } = await start();
    const answer = client.observed(500);
    await clock.advance('1m');
    expect([await answer, client.calls.length]).toEqual([1, 1]);
  });

  it('has nothing hedged that is not decorated with it', async () => {
    const { clock, client } = await start({ catalog: { hedge: { delay: 10 } }, pricing: {} });
    const answer = client.plain(500);
    await clock.advance('1m');
    expect([await answer, client.calls.length]).toEqual([1, 1]);
  });

  it('keeps the instances of one method to the method: what one observes is not the other’s', async () => {
    const { clock, client, resilience } = await start({ catalog: {}, pricing: {} });
    const answer = client.find(50);
    await clock.advance(50);
    await answer;
    const hedges = resilience
      .provider('catalog')
      .snapshot()
      .policies.filter(({ kind }) => kind === 'hedge');
    expect(hedges.map(({ operation }) => operation).toSorted()).toEqual([
      'CatalogClient.find',
      'CatalogClient.list',
      'CatalogClient.observed',
    ]);
  });

  it('is refused twice on one method, and compiles on those that it fits', () => {
    expect(typeof Typed).toBe('function');
    expect(() => {
      class Twice {
        @Hedge()
        @Hedge()
        async find(): Promise<void> {}
      }
      return Twice;
    }).toThrow('Twice.find has two decorators for hedge: keep one');
  });

  describe('on a method that returns an Observable', () => {
    async function faultsOf(type: Type, hedge?: object): Promise<string[]> {
      const providers = { catalog: { ...(hedge && { hedge }) } };
      const app = await Test.createTestingModule({
        imports: [ResilienceModule.forRoot({ providers })],
        providers: [type],
      }).compile();
      const error: unknown = await app.init().then(
        async () => void (await app.close()),
        (raised: unknown) => raised,
      );
      if (error === undefined) return [];
      if (!(error instanceof ResilienceConfigurationError)) throw error as Error;
      return error.faults.map(({ path, message }) => `${path}: ${message}`);
    }

    it('is a fault at boot: two streams would mix', async () => {
      @Injectable()
      @Resilient('catalog')
      class Streams {
        @Hedge({ delay: 100 })
        numbers(): Observable<number> {
          return of(1);
        }
      }
      expect(await faultsOf(Streams)).toEqual([
        'Streams.numbers: is @Hedge and returns an Observable: return a Promise, for example with firstValueFrom()',
      ]);
    });

    it('is one also where the settings bring it', async () => {
      @Injectable()
      class Streams {
        @Resilient('catalog')
        numbers(): Observable<number> {
          return of(1);
        }

        @Resilient('catalog')
        async one(): Promise<number> {
          return 1;
        }
      }
      expect(await faultsOf(Streams, { delay: 100 })).toEqual([
        'Streams.numbers: has hedge by the settings and returns an Observable: return a Promise, for example with firstValueFrom(), or set methods.numbers.hedge to false',
      ]);
      expect(await faultsOf(Streams)).toEqual([]);
    });
  });
});
