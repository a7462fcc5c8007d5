import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HttpService } from '@nestjs/axios';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import Bottleneck from 'bottleneck';
import { Idempotent } from '../../decorators/idempotent.decorator.js';
import { Resilient } from '../../decorators/resilient.decorator.js';
import { Retry } from '../../decorators/retry.decorator.js';
import { Resilience } from '../../resilience.js';
import { ResilienceModule } from '../../resilience.module.js';
import { InjectHttp } from './inject-http.decorator.js';

const limiter = new Bottleneck({ maxConcurrent: 2 });

@Injectable()
@Resilient('payments')
class PaymentsClient {
  constructor(@InjectHttp('payments') readonly http: HttpService) {}

  @Retry({ attempts: 3, backoff: { initial: 1 } })
  @Idempotent({ key: (order: string) => order })
  async charge(order: string): Promise<void> {
    await limiter.schedule(() => this.http.axiosRef.post('/charges', { order }));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }

  @Idempotent({ key: (order: string) => order })
  async chargeLines(...lines: string[]): Promise<void> {
    for (const line of lines) await this.http.axiosRef.post('/lines', { line });
  }

  @Idempotent({ key: () => 'with parameters' })
  async chargeWith(...all: unknown[]): Promise<void> {
    for (const [line, params] of all.entries()) await this.http.axiosRef.post('/lines', { line }, { params });
  }

  @Idempotent({ key: (order: string) => order })
  async chargeForms(...lines: string[]): Promise<void> {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    for (const line of lines) await this.http.axiosRef.post('/lines', { line }, { headers });
  }
}

describe('the key of a call in requests of axios', () => {
  let server: Server;
  let seen: { body: string; key: string | undefined }[];
  let status: number;
  let module: TestingModule;
  let told: string[];

  beforeEach(async () => {
    seen = [];
    status = 200;
    server = createServer((request, response) => {
      void text(request).then((body) => {
        seen.push({ body, key: request.headers['idempotency-key'] as string | undefined });
        setTimeout(() => response.writeHead(status, { 'Content-Type': 'application/json' }).end('{}'), 2);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await module.close();
    server.close();
    server.closeAllConnections();
  });

  async function start(idempotency: object = {}): Promise<PaymentsClient> {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    module = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({ logger: false, providers: { payments: { http: { baseUrl }, idempotency } } }),
      ],
      providers: [PaymentsClient],
    }).compile();
    await module.init();
    told = [];
    module
      .get(Resilience)
      .provider('payments')
      .events.on(({ type }) => void told.push(type));
    return module.get(PaymentsClient);
  }

  it.each([200, 500])('goes out with the body of its own call behind a limiter that sees %i', async (answered) => {
    status = answered;
    const client = await start();
    const orders = Array.from({ length: 8 }, (_, i) => `order ${i}`);
    await Promise.allSettled(orders.map((order) => client.charge(order)));
    const bodyOf = new Map<string, string>();
    for (const { body, key } of seen) if (key !== undefined) bodyOf.set(key, bodyOf.get(key) ?? body);
    for (const order of orders) {
      const ofOrder = seen.filter(({ body }) => body === JSON.stringify({ order }));
      // One that goes out again carries its own key each time.
      expect(ofOrder.length === 1 || ofOrder.every(({ key, body }) => bodyOf.get(key!) === body)).toBe(true);
    }
    expect(seen.every(({ key, body }) => key === undefined || bodyOf.get(key) === body)).toBe(true);
    expect(told).toContain('idempotency.keyNotSent');
  });

  it('goes out with one body, in an attempt that sends several', async () => {
    const client = await start();
    await client.chargeLines('1', '1', '2');
    const [first] = seen;
    expect(seen).toEqual([
      { body: '{"line":"1"}', key: expect.any(String) },
      { body: '{"line":"1"}', key: first!.key },
      { body: '{"line":"2"}', key: undefined },
    ]);
    expect(told.filter((type) => type === 'idempotency.keyNotSent')).toHaveLength(1);
  });

  it.each(['chargeLines', 'chargeForms'] as const)(
    'leaves no trace in a body that it is kept out of: %s',
    async (method) => {
      const client = await start({ header: false, body: 'reference' });
      await client[method]('1', '1', '2');
      expect(seen.map(({ body }) => body.includes('reference'))).toEqual([true, true, false]);
      expect(seen[2]!.body).toContain('2');
      expect(told).toContain('idempotency.keyNotSent');
    },
  );

  it.each<[string, unknown[], boolean]>([
    ['integers that JSON has no text for', [{ id: 10n }, { id: 11n }], true],
    ['values of forms', [new URLSearchParams('a=1'), new URLSearchParams('a=2')], true],
    ['lists', [{ a: [1] }, { a: [2] }], true],
    ['plain values', [{ a: 1 }, { a: 2 }], true],
    ['the same values of forms', [new URLSearchParams('a=1'), new URLSearchParams('a=1')], false],
  ])('goes out with each URL once, whose parameters are %s', async (_name, all, areOthers) => {
    const client = await start();
    await client.chargeWith(...all);
    const [first, second] = seen;
    expect([first!.key, second!.key]).toEqual([expect.any(String), areOthers ? first!.key : undefined]);
  });

  it('hinders no request outside of calls, whatever its parameters', async () => {
    const client = await start();
    await client.http.axiosRef.post('/lines', {}, { params: { id: 10n } });
    expect(seen).toEqual([{ body: '{}', key: undefined }]);
  });
});
