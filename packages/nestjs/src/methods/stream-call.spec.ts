import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { HttpService } from '@nestjs/axios';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { currentCall } from '@breakwater/core';
import { snapshotOf } from '@breakwater/core/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  concat,
  concatMap,
  defer,
  EMPTY,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  NEVER,
  Observable,
  of,
  take,
  tap,
  throwError,
  toArray,
} from 'rxjs';
import { Bulkhead } from '../decorators/bulkhead.decorator.js';
import { CircuitBreaker } from '../decorators/circuit-breaker.decorator.js';
import { Fallback } from '../decorators/fallback.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Retry } from '../decorators/retry.decorator.js';
import { Timeout } from '../decorators/timeout.decorator.js';
import { InjectHttp } from '../clients/http/inject-http.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule, type ResilienceModuleOptions } from '../resilience.module.js';

const PAYMENTS = {
  retry: { attempts: 3, backoff: { initial: 0 } },
  circuitBreaker: { window: { count: 20 }, failureRate: 0.5, minimumCalls: 5, openFor: '1m' },
} as const;

@Injectable()
@Resilient('payments')
class Streams {
  source: Observable<number> = EMPTY;
  subscriptions = 0;
  unsubscribed = 0;

  @Retry()
  retried(): Observable<number> {
    return defer(() => {
      this.subscriptions++;
      return this.source;
    });
  }

  @CircuitBreaker()
  guarded(): Observable<number> {
    return this.source;
  }

  @Bulkhead({ concurrency: 1 })
  endless(): Observable<number> {
    return new Observable((subscriber) => {
      subscriber.next(1);
      return () => void this.unsubscribed++;
    });
  }

  @Bulkhead({ concurrency: 1 })
  single(): Observable<number> {
    return this.source;
  }

  @Fallback(() => 0)
  failing(): Observable<number> {
    return this.source;
  }

  @Retry({ returns: 'observable' })
  inferred() {
    return of('inferred');
  }
}

const DOWN = throwError(() => new Error('down'));

describe('a decorated method that returns an Observable', () => {
  let app: TestingModule;
  let streams: Streams;

  beforeEach(async () => {
    app = await start({ providers: { payments: PAYMENTS } }, Streams);
    streams = app.get(Streams);
  });

  afterEach(() => app.close());

  it('is invoked again for every retry and every subscription, and not before it is subscribed to', async () => {
    streams.source = defer(() => (streams.subscriptions < 3 ? DOWN : from([1, 2, 3])));
    const numbers = streams.retried();
    expect(streams.subscriptions).toBe(0);
    expect(await all(numbers)).toEqual([1, 2, 3]);
    expect(streams.subscriptions).toBe(3);
    expect(await all(numbers)).toEqual([1, 2, 3]);
    expect(streams.subscriptions).toBe(4);
  });

  it('is not repeated once it has emitted: no subscriber sees a value twice', async () => {
    streams.source = concat(of(1), DOWN);
    const seen: unknown[] = [];
    await new Promise<void>((resolve) => {
      streams.retried().subscribe({
        next: (value) => seen.push(value),
        error: (error: Error) => resolve(void seen.push(error.message)),
      });
    });
    expect([seen, streams.subscriptions]).toEqual([[1, 'down'], 1]);
  });

  it('emits its fallback, completes empty, and can be declared by an option', async () => {
    streams.source = DOWN;
    await expect(lastValueFrom(streams.failing())).resolves.toBe(0);
    streams.source = EMPTY;
    expect(await all(streams.retried())).toEqual([]);
    await expect(lastValueFrom(streams.inferred())).resolves.toBe('inferred');
  });

  describe('that is unsubscribed from', () => {
    const windowOf = () => snapshotOf(app.get(Resilience).provider('payments'), 'circuitBreaker').window;

    it('gives its permit back at once: who got the value may call again', async () => {
      for (let i = 1; i <= 3; i++) {
        expect(await firstValueFrom(streams.endless())).toBe(1);
        expect(streams.unsubscribed).toBe(i);
      }
      streams.source = defer(() => Promise.resolve(2));
      for (let i = 1; i <= 3; i++) expect(await firstValueFrom(streams.single())).toBe(2);
    });

    it('has succeeded when a value was delivered: firstValueFrom counts like a Promise', async () => {
      streams.source = of(1);
      for (let i = 0; i < 15; i++) await firstValueFrom(streams.guarded());
      streams.source = concat(of(1), NEVER);
      for (let i = 0; i < 5; i++) await firstValueFrom(streams.guarded());
      expect(windowOf()).toMatchObject({ count: { calls: 20, failed: 0 } });
      streams.source = DOWN;
      for (let i = 0; i < 9; i++) await expect(firstValueFrom(streams.guarded())).rejects.toThrow('down');
      expect(app.get(Resilience).provider('payments').circuitBreaker!.state).toBe('closed');
    });

    it('is aborted when nothing was: neither a success nor a failure', async () => {
      streams.source = NEVER;
      streams.guarded().subscribe().unsubscribe();
      await turn();
      expect(windowOf()).toMatchObject({ count: { calls: 0 } });
    });

    it('stops a source that emits all at once, and does not run through it', async () => {
      let made = 0;
      function* naturals() {
        while (made < 1000) yield ++made;
      }
      streams.source = from(naturals());
      expect(await all(streams.guarded().pipe(take(3)))).toEqual([1, 2, 3]);
      expect(made).toBe(3);
    });
  });

  it('is no context of its consumers: a call that they make of what it emits is not within it', async () => {
    @Injectable()
    @Resilient('payments')
    class Feed {
      @Timeout({ attempt: '20s', total: '1m' })
      ids(): Observable<number> {
        return concat(of(1), defer(turn).pipe(map(() => 2)));
      }

      @CircuitBreaker()
      async read(id: number): Promise<unknown> {
        return [id, currentCall()!.deadline];
      }
    }
    const feed = (await start({ providers: { payments: PAYMENTS } }, Feed)).get(Feed);
    const consumed: string[] = [];
    const read = feed.ids().pipe(
      tap(() => consumed.push(currentCall()?.operation ?? 'none')),
      concatMap((id) => feed.read(id)),
    );
    expect(await all(read)).toEqual([
      [1, Infinity],
      [2, Infinity],
    ]);
    expect(consumed).toEqual(['none', 'none']);
  });

  it('leaves the body of a response to the caller that took it with firstValueFrom', async () => {
    @Injectable()
    @Resilient('payments')
    class Client {
      constructor(@InjectHttp('payments') private readonly http: HttpService) {}

      @CircuitBreaker()
      export(): Observable<{ data: Readable }> {
        return this.http.get<Readable>('/export', { responseType: 'stream' });
      }
    }
    const server = createServer((_request, response) => {
      response.write('a'.repeat(100));
      setImmediate(() => setImmediate(() => response.end('b'.repeat(101))));
    });
    await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = await start({ providers: { payments: { ...PAYMENTS, http: { baseUrl } } } }, Client);
    try {
      const { data } = await firstValueFrom(client.get(Client).export());
      await turn();
      expect((await data.toArray()).join('')).toHaveLength(201);
    } finally {
      await client.close();
      await new Promise((closed) => void server.close(closed));
    }
  });
});

async function start(options: ResilienceModuleOptions, provider: new (...args: never[]) => unknown) {
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot(options)],
    providers: [provider as new () => unknown],
  }).compile();
  return app.init();
}

function all<T>(stream: Observable<T>): Promise<T[]> {
  return lastValueFrom(stream.pipe(toArray()));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
