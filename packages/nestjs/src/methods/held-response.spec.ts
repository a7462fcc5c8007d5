import { afterEach, describe, expect, it } from '@jest/globals';
import { snapshotOf } from '@breakwater/core/testing';
import { Injectable, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Hedge } from '../decorators/hedge.decorator.js';
import { Resilient } from '../decorators/resilient.decorator.js';
import { Resilience } from '../resilience.js';
import { ResilienceModule } from '../resilience.module.js';

const SILENT = { log: () => undefined, warn: () => undefined, error: () => undefined };

describe('a decorated method with stream: true', () => {
  let app: TestingModule | undefined;

  afterEach(() => app?.close());

  async function start<T>(client: Type<T>): Promise<T> {
    const providers = { reports: { bulkhead: { concurrency: 1, queue: 0 } } };
    const module = Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ providers })],
      providers: [client],
    });
    app = await module.setLogger(SILENT).compile();
    await app.init();
    return app.get(client);
  }

  it('holds its slot until the body of the Response that it returns has been read', async () => {
    @Injectable()
    class Reports {
      @Resilient({ provider: 'reports', stream: true })
      async export(): Promise<Response> {
        return new Response('a,b');
      }
    }
    const reports = await start(Reports);
    const active = () => snapshotOf(app!.get(Resilience).provider('reports'), 'bulkhead').active;
    const response = await reports.export();
    expect(active()).toBe(1);
    await expect(reports.export()).rejects.toMatchObject({ code: 'BULKHEAD_FULL' });
    expect([await response.text(), active()]).toEqual(['a,b', 0]);
  });

  it('does not boot beside a policy that calls twice', async () => {
    @Injectable()
    class Hedged {
      @Resilient({ provider: 'reports', stream: true })
      @Hedge()
      async export(): Promise<Response> {
        return new Response('a,b');
      }
    }
    await expect(start(Hedged)).rejects.toThrow(
      "Hedged.export: is @Hedge and is said to return a stream: take 'stream",
    );
  });

  it('is said of a method, not of a class', () => {
    const OfClass = Resilient({ provider: 'reports', stream: true } as { provider: string });
    expect(() => OfClass(class Reports {})).toThrow('Reports is given stream: true: say it of each method');
  });
});
