import { TestClock } from '@breakwater/core/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { lastValueFrom, Observable, of, toArray } from 'rxjs';
import { Resilience } from '../resilience.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';
import { Bulkhead } from './bulkhead.decorator.js';
import { Cached } from './cached.decorator.js';
import { Resilient } from './resilient.decorator.js';

@Injectable()
@Resilient('catalog')
class CatalogClient {
  calls = 0;

  @Cached({ ttl: '1m' })
  async find(id: number): Promise<string> {
    return `${id}: ${++this.calls}`;
  }

  @Cached()
  async list(page: number): Promise<string> {
    return `page ${page}: ${++this.calls}`;
  }

  @Cached({ ttl: '1m', key: (query: { text: string }) => query.text })
  async search(query: { text: string; trace?: string }): Promise<string> {
    return `${query.text}: ${++this.calls}`;
  }

  @Cached('pricing')
  @Bulkhead({ key: (tenant: string) => tenant })
  async price(tenant: string): Promise<string> {
    return `${tenant}: ${++this.calls}`;
  }
}

/** Compiling this is the test: each line that is expected to fail says so. */
class Typed {
  @Cached({ staleWhileRevalidate: '5m', staleIfError: '1h', errors: { ttl: '5s', kinds: ['permanent'] } })
  async times(): Promise<string> {
    return '';
  }

  @Cached({ ttl: '1m', key: (id: number) => (id === 0 ? undefined : id), earlyRefresh: { beta: 2 } })
  async keyed(_id: number): Promise<string> {
    return '';
  }

  // @ts-expect-error sync
  @Cached({ ttl: '1m' })
  sync(): string {
    return '';
  }

  // @ts-expect-error no such kind of failure
  @Cached({ ttl: '1m', errors: { ttl: '5s', kinds: ['success'] } })
  async kinds(): Promise<void> {}

  // @ts-expect-error a key is text or a number
  @Cached({ ttl: '1m', key: (id: number) => ({ id }) })
  async wrong(_id: number): Promise<void> {}
}

describe('@Cached', () => {
  const open: TestingModule[] = [];

  async function start(
    types: Type[],
    providers: ResilienceModuleOptions['providers'] = {
      catalog: { cache: { ttl: '10s' } },
      pricing: { cache: { ttl: '10s', key: () => 'the same' } },
    },
  ) {
    const clock = new TestClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, providers })],
      providers: types,
    }).compile();
    open.push(app);
    await app.init();
    return { app, clock };
  }

  afterEach(async () => {
    for (const app of open.splice(0)) await app.close();
  });

  it('compiles on the methods that it fits', async () => {
    expect([await new Typed().times(), await new Typed().keyed(1)]).toEqual(['', '']);
  });

  it('gives the answer that another call with the same arguments got, until its time is over', async () => {
    const { app, clock } = await start([CatalogClient]);
    const client = app.get(CatalogClient);
    expect([await client.find(1), await client.find(1), await client.find(2)]).toEqual(['1: 1', '1: 1', '2: 2']);
    await clock.advance('1m');
    expect(await client.find(1)).toBe('1: 3');
  });

  it('takes the settings of the provider, and its own before them', async () => {
    const { app, clock } = await start([CatalogClient]);
    const client = app.get(CatalogClient);
    await client.list(1);
    await client.find(1);
    await clock.advance('10s');
    expect([await client.list(1), await client.find(1)]).toEqual(['page 1: 3', '1: 2']);
  });

  it('tells calls apart by what its key makes of the arguments', async () => {
    const client = (await start([CatalogClient])).app.get(CatalogClient);
    expect(await client.search({ text: 'shoes', trace: 'x' })).toBe('shoes: 1');
    expect(await client.search({ text: 'shoes', trace: 'y' })).toBe('shoes: 1');
    expect(await client.search({ text: 'boots' })).toBe('boots: 2');
  });

  it('keeps the answers of a keyed method’s tenants apart, and takes a string for the provider', async () => {
    const { app } = await start([CatalogClient]);
    const client = app.get(CatalogClient);
    expect([await client.price('a'), await client.price('b'), await client.price('a')]).toEqual([
      'a: 1',
      'b: 2',
      'a: 1',
    ]);
    const { policies } = app.get(Resilience).provider('pricing').snapshot();
    expect(policies.find(({ kind }) => kind === 'cache')).toMatchObject({
      operation: 'CatalogClient.price',
      entries: 2,
    });
  });

  it('shares an answer among those who ask at once', async () => {
    const client = (await start([CatalogClient])).app.get(CatalogClient);
    expect(await Promise.all([client.find(1), client.find(1), client.find(1)])).toEqual(['1: 1', '1: 1', '1: 1']);
  });

  it('keeps the answers of a method only: another of the same arguments has its own', async () => {
    const client = (await start([CatalogClient])).app.get(CatalogClient);
    expect([await client.find(1), await client.list(1)]).toEqual(['1: 1', 'page 1: 2']);
  });

  it('forgets what was written when it is told to', async () => {
    const { app } = await start([CatalogClient]);
    const client = app.get(CatalogClient);
    await client.find(1);
    await client.find(2);
    const provider = app.get(Resilience).provider('catalog');
    expect(provider.invalidate({ operation: 'CatalogClient.find', args: [1] })).toBe(1);
    expect([await client.find(1), await client.find(2)]).toEqual(['1: 3', '2: 2']);
  });

  it('is refused at boot without a time, and on a method that returns an Observable', async () => {
    @Injectable()
    @Resilient('catalog')
    class Wrong {
      @Cached()
      async find(): Promise<string> {
        return 'x';
      }

      @Cached({ ttl: '1m' })
      stream(): Observable<number> {
        return of(1);
      }
    }
    const message = await start([Wrong], { catalog: {} }).catch((error: Error) => error.message);
    expect(message).toMatch(/\(Wrong\.find\)\.cache\.ttl: nothing given; it is required/);
    expect(message).toMatch(
      /Wrong\.stream: is @Cached and returns an Observable: return a Promise, for example with firstValueFrom\(\)/,
    );
  });

  it('is refused at boot also where the settings bring it to an Observable, unless they leave it out for the method', async () => {
    @Injectable()
    @Resilient('catalog')
    class Streams {
      calls = 0;

      @Resilient('catalog')
      numbers(): Observable<number> {
        return of(++this.calls, 10);
      }
    }
    await expect(start([Streams])).rejects.toThrow(
      'Streams.numbers: has cache by the settings and returns an Observable: return a Promise, for example with firstValueFrom(), or set methods.numbers.cache to false',
    );
    const providers = { catalog: { cache: { ttl: '1m' }, methods: { numbers: { cache: false } } } } as const;
    const client = (await start([Streams], providers)).app.get(Streams);
    const read = () => lastValueFrom(client.numbers().pipe(toArray()));
    expect(await Promise.all([read(), read()])).toEqual([
      [1, 10],
      [2, 10],
    ]);
  });
});
