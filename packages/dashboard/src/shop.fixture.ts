import 'reflect-metadata';
import { MemoryBus, MemoryStore, type ResilienceEvent, type Store } from '@breakwater/core';
import { CONTRIBUTION, type Contribution, type QueueSnapshot } from '@breakwater/core/adapter';
import { Resilience, ResilienceModule } from '@breakwater/nestjs';
import { ResilienceTestingModule } from '@breakwater/nestjs/testing';
import { Injectable, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DashboardModule } from './dashboard.module.js';
import type { DashboardOptions } from './dashboard.options.js';

export const ADAPTERS = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
  /** Fastify over HTTP/2, without TLS. */
  'HTTP/2': () => new FastifyAdapter({ http2: true } as object),
};

/** A queue that notes what is done to it. */
@Injectable()
export class CrmQueue {
  readonly done: string[] = [];
  paused = false;
  fails: Error | undefined;

  readonly [CONTRIBUTION]: Contribution = {
    queues: () => [this.snapshot()],
    eventLevels: { 'queue.dead': 'error' },
    pauseQueue: async (queue) => {
      if (this.fails !== undefined) throw this.fails;
      this.paused = true;
      this.done.push(`pause ${queue}`);
    },
    resumeQueue: async (queue) => {
      this.paused = false;
      this.done.push(`resume ${queue}`);
    },
    replayDeadLetter: async (queue, id) => void this.done.push(`replay ${queue} ${id}`),
  };

  private snapshot(): QueueSnapshot {
    return {
      ...{ name: 'crm', paused: this.paused, waiting: 14, delayed: 3, active: 2, completed: 4210, failed: 18, dead: 2 },
      deadLetters: [
        { id: 'job-81', job: 'order.created', reason: 'RateLimitedError', at: 1_795_000_000_000 },
        { id: 'job-77', job: 'customer.merged', reason: 'TypeError', at: 1_794_990_000_000 },
      ],
    };
  }
}

export const PROVIDERS = {
  payments: {
    timeout: { attempt: '2s' },
    retry: { attempts: 3, backoff: { initial: '20ms' } },
    circuitBreaker: { window: { time: '10s' }, minimumCalls: 10, openFor: '5s' },
    rateLimit: { limit: 200, per: '1s', wait: '1s' },
    bulkhead: { concurrency: 20, queue: 50 },
  },
  email: {
    retry: { attempts: 2 },
    circuitBreaker: true,
    bulkhead: { concurrency: 10 },
    fallback: { use: () => 'later' },
  },
  catalog: { circuitBreaker: true, cache: { ttl: '2s', staleIfError: '1m' }, timeout: { attempt: '1s' } },
  shipping: {
    circuitBreaker: true,
    rateLimit: { bucket: 40, refill: 20, per: '1s', wait: '2s' },
    hedge: { delay: '80ms' },
  },
  search: { circuitBreaker: true, adaptiveThrottle: true, timeout: { attempt: '1s' } },
  crm: { retry: { attempts: 3 }, circuitBreaker: true, idempotency: { ttl: '1h' } },
} as const;

export interface ShopOptions {
  readonly adapter?: keyof typeof ADAPTERS;
  readonly dashboard?: DashboardOptions;
  readonly store?: Store;
  readonly prefix?: string;
  readonly real?: boolean;
  readonly providers?: object;
  /** False for a host that runs no jobs. Default true. */
  readonly hasQueue?: boolean;
  /** Thrown by the driver of the queue when it is asked to pause. */
  readonly queueFails?: Error;
  /** Whether the application's log is on. Default false. */
  readonly logs?: boolean;
  prepare?(app: INestApplication): void | Promise<void>;
}

/** An application with a dashboard, on a clock that stands still unless it is to be `real`. */
export async function startShop(options: ShopOptions = {}) {
  const { adapter = 'Express', dashboard = {}, store, prefix, real = false, providers = PROVIDERS, prepare } = options;
  const { hasQueue = true, queueFails, logs = false } = options;
  const module = await Test.createTestingModule({
    imports: [
      ...(real ? [] : [ResilienceTestingModule]),
      ResilienceModule.forRoot({ logger: logs, providers: providers as typeof PROVIDERS, ...(store && { store }) }),
      DashboardModule.forRoot(dashboard),
    ],
    providers: hasQueue ? [CrmQueue] : [],
  }).compile();
  const app: INestApplication = module.createNestApplication(ADAPTERS[adapter](), { logger: false });
  if (prefix !== undefined) app.setGlobalPrefix(prefix);
  await prepare?.(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const events: ResilienceEvent[] = [];
  const resilience = app.get(Resilience);
  resilience.events$.subscribe((event) => events.push(event));
  const queue = hasQueue ? app.get(CrmQueue) : new CrmQueue();
  queue.fails = queueFails;
  const base = `${prefix === undefined ? '' : `/${prefix}`}${dashboard.path ?? '/resilience'}`;
  return {
    app,
    port,
    base,
    events,
    resilience,
    queue,
    clock: real ? undefined : module.get(ResilienceTestingModule).clock,
    ask: (path: string, asked: Asked = {}) => ask(port, `${base}${path}`, asked),
  };
}

export type Shop = Awaited<ReturnType<typeof startShop>>;

/** A store that hosts in one process share, with a bus. */
export function sharedStore(): Store {
  const store = new MemoryStore();
  return Object.assign(store, { bus: new MemoryBus() });
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request whose every header is ours to forge, `Host` included: `fetch` sends its own. */
export function ask(port: number, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The headers of a control that the page itself uses. */
export const OF_THE_PAGE = {
  'content-type': 'application/json',
  'x-breakwater-control': '1',
  'sec-fetch-site': 'same-origin',
} as const;

/** An open stream: its messages so far, and what ends it. */
export async function openStream(port: number, path: string, headers: Record<string, string> = {}) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers }, resolve);
    sent.on('error', reject);
    sent.end();
  });
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text += chunk));
  response.on('error', () => undefined);
  return {
    response,
    get messages(): readonly unknown[] {
      return [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as unknown);
    },
    close: () => response.destroy(),
  };
}
