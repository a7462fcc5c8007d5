import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { MemoryStore } from '@breakwater/core';
import {
  Idempotent,
  IdempotentRoute,
  InboundIdempotency,
  InjectFetch,
  Resilient,
  ResilienceModule,
  Retry,
  type IdempotentRequest,
} from '@breakwater/nestjs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Injectable, Post, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

interface Order {
  readonly amount: number;
}

@Injectable()
@Resilient('payments')
class PaymentsClient {
  constructor(@InjectFetch('payments') private readonly fetch: typeof globalThis.fetch) {}

  @Idempotent({ key: (key: string) => key })
  @Retry()
  async charge(_key: string, order: Order): Promise<{ id: string }> {
    const response = await this.fetch('/charges', { method: 'POST', body: JSON.stringify(order) });
    if (!response.ok) throw Object.assign(new Error('not charged'), { status: response.status });
    return (await response.json()) as { id: string };
  }
}

@Controller('orders')
class OrdersController {
  constructor(private readonly payments: PaymentsClient) {}

  @Post()
  @IdempotentRoute()
  create(@Body() order: Order, @InboundIdempotency() { key }: IdempotentRequest): Promise<{ id: string }> {
    return this.payments.charge(key, order);
  }
}

/** A provider that honours keys: one charge for each, whatever becomes of its answer. */
class Payments {
  readonly charges = new Map<string, { id: string }>();
  requests = 0;
  /** How many answers to come are dropped after the charge. */
  drops = 0;
  private readonly server: Server = createServer((request, response) => {
    void text(request).then(() => {
      this.requests++;
      const key = String(request.headers['idempotency-key']);
      if (!this.charges.has(key)) this.charges.set(key, { id: `charge ${this.charges.size + 1}` });
      if (this.drops-- > 0) return request.socket.destroy();
      response.setHeader('content-type', 'application/json').end(JSON.stringify(this.charges.get(key)));
    });
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])(
  'one inbound key, one outbound key, exactly one charge, on %s',
  (platform) => {
    let payments: Payments;
    let provider: string;
    let store: MemoryStore;
    const apps: INestApplication[] = [];

    beforeEach(async () => {
      payments = new Payments();
      provider = await payments.listen();
      store = new MemoryStore();
    });
    afterEach(async () => {
      for (const app of apps.splice(0)) await app.close();
      payments.close();
    });

    async function start(attempts = 4): Promise<string> {
      const retry = { attempts, backoff: { initial: 1, max: 1 }, budget: false } as const;
      const options = { http: { baseUrl: provider }, retry };
      const module = await Test.createTestingModule({
        imports: [ResilienceModule.forRoot({ store, logger: false, providers: { payments: options } })],
        controllers: [OrdersController],
        providers: [PaymentsClient],
      }).compile();
      const app = module.createNestApplication(adapters[platform](), { logger: false });
      await app.listen(0, '127.0.0.1');
      apps.push(app);
      return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/orders`;
    }

    async function order(url: string, more: Record<string, string> = {}): Promise<[number, string, string | null]> {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': '"order-1"', ...more },
        body: '{"amount":500}',
      });
      return [response.status, await response.text(), response.headers.get('idempotent-replayed')];
    }

    it('when connections drop after the charge, within one request', async () => {
      payments.drops = 2;
      const url = await start();
      expect(await order(url)).toEqual([201, '{"id":"charge 1"}', null]);
      expect(await order(url)).toEqual([201, '{"id":"charge 1"}', 'true']);
      expect([payments.requests, payments.charges.size]).toEqual([3, 1]);
    });

    it('when all attempts drop, and the client comes again to another host', async () => {
      payments.drops = 2;
      expect((await order(await start(2)))[0]).toBe(500);
      expect(payments.charges.size).toBe(1);
      const other = await start();
      expect(await order(other)).toEqual([201, '{"id":"charge 1"}', null]);
      expect(await order(other)).toEqual([201, '{"id":"charge 1"}', 'true']);
      expect(payments.charges.size).toBe(1);
    });

    it('when many come at once to two hosts: one is answered, and the others after it', async () => {
      const urls = [await start(), await start()];
      const first = await Promise.all(Array.from({ length: 20 }, (_, i) => order(urls[i % 2]!)));
      expect(new Set(first.map(([status]) => status))).toEqual(new Set([201, 409]));
      const then = await Promise.all(urls.map((url) => order(url)));
      expect(then).toEqual([0, 1].map(() => [201, '{"id":"charge 1"}', 'true']));
      expect([payments.requests, payments.charges.size]).toEqual([1, 1]);
    });

    it('and one of their own for two customers with the same text as key', async () => {
      const url = await start();
      await order(url, { authorization: 'Bearer a' });
      await order(url, { authorization: 'Bearer b' });
      expect(payments.charges.size).toBe(2);
    });
  },
);
