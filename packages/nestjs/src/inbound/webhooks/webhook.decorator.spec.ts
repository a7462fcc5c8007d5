import { connect, type AddressInfo } from 'node:net';
import { MemoryStore, type Store } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { defineSender, signWebhook } from '@breakwater/webhooks';
import { liveSecret } from '@breakwater/servers';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  HttpCode,
  HttpException,
  Logger,
  Post,
  Res,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { map, of, type Observable } from 'rxjs';
import { ResilienceModule } from '../../resilience.module.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import { WebhookEvent } from './webhook-event.decorator.js';
import { Webhook } from './webhook.decorator.js';

const SECRET = liveSecret('whsec_');
const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

/** An application's own wrapping of its handler's answers; never of those of `@Webhook`. */
class Envelope implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

/** The handler's work: changed by each test. */
let handle: (event: WebhookDelivery<{ id: string }>) => unknown;
let handled: string[] = [];

@UseInterceptors(Envelope)
@Controller('webhooks')
class Webhooks {
  @Post('payments')
  @HttpCode(202)
  @Webhook('payments')
  receive(@WebhookEvent() event: WebhookDelivery<{ id: string }>): unknown {
    return handle(event);
  }

  @Post('other')
  @Webhook('payments')
  other(@WebhookEvent() event: WebhookDelivery<{ id: string }>): unknown {
    return handle(event);
  }

  @Post('manual')
  @Webhook('payments')
  manual(@WebhookEvent() event: WebhookDelivery<{ id: string }>, @Res() response: Sendable): void {
    handle(event);
    response.status(200).send('manual');
  }

  @Post('chat')
  @Webhook('chat')
  chat(@WebhookEvent() event: WebhookDelivery<{ id: string }>): unknown {
    return handle(event);
  }

  @Get('files')
  @Webhook('files')
  files(): void {}

  @Post('strict')
  @Webhook('strict')
  strict(@WebhookEvent() event: WebhookDelivery<{ id: string }>): unknown {
    return handle(event);
  }

  @Post('labelled')
  @Webhook('labelled')
  labelled(@WebhookEvent() event: WebhookDelivery<{ id: string }>): unknown {
    return handle(event);
  }
}

interface Sendable {
  status(code: number): { send(body: string): void };
}

/** Its id is a header that the signature leaves out. */
const labelled = defineSender({
  name: 'labelled',
  algorithm: 'hmac-sha256',
  signature: { header: 'x-signature' },
  id: { header: 'x-delivery' },
});

let app: INestApplication;
let clock: TestClock;
let store: Store;
let log: string[];

async function start(platform: keyof typeof adapters, environment: Record<string, string> = {}): Promise<void> {
  clock = new TestClock();
  store = new MemoryStore({ clock });
  handled = [];
  log = [];
  handle = ({ body }) => {
    handled.push(body.id);
    return 'ok';
  };
  Object.assign(process.env, environment);
  const module = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot({
        clock,
        store,
        providers: {
          payments: { webhook: { sender: 'stripe', secrets: [SECRET] } },
          chat: { webhook: { sender: 'slack', secrets: [SECRET] } },
          files: { webhook: { sender: 'dropbox', secrets: [SECRET] } },
          labelled: { webhook: { sender: labelled, secrets: [SECRET] } },
          strict: { webhook: { sender: labelled, secrets: [SECRET], inbox: { identity: 'signed' } } },
        },
      }),
    ],
    controllers: [Webhooks],
  }).compile();
  for (const name of Object.keys(environment)) delete process.env[name];
  const note = (message: unknown) => void log.push(String(message));
  const logger = { log: () => undefined, debug: () => undefined, warn: note, error: note, fatal: note };
  app = module.createNestApplication(adapters[platform](), { rawBody: true, logger });
  await app.listen(0, '127.0.0.1');
}

afterEach(async () => {
  Logger.overrideLogger(false);
  await app.close();
});

function url(path: string): string {
  return `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}${path}`;
}

function headersFor(body: string, sender = 'stripe', secret = SECRET): Record<string, string> {
  return { 'content-type': 'application/json', ...signWebhook(sender, { body, now: clock.wallNow() }, secret) };
}

function send(body: string, path = '/webhooks/payments', headers = headersFor(body)): Promise<Response> {
  return fetch(url(path), { method: 'POST', body, headers });
}

const event = JSON.stringify({ id: 'evt_1' });

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])('@Webhook on %s', (platform) => {
  it('answers with what the handler returns, and a copy with the same', async () => {
    await start(platform);
    const first = await send(event);
    expect([first.status, await first.json()]).toEqual([202, { data: 'ok' }]);
    const copy = await send(event);
    expect([copy.status, await copy.json()]).toEqual([202, { data: 'ok' }]);
    expect(copy.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(handled).toEqual(['evt_1']);
  });

  it.each([2, 3])('lets %i genuine copies that come at once take effect once', async (count) => {
    await start(platform);
    const release = hold();
    const refused: (string | null)[] = [];
    const answers = Array.from({ length: count }, async () => {
      const answer = await send(event);
      if (answer.status === 503) refused.push(answer.headers.get('retry-after'));
      return answer;
    });
    await until(() => refused.length === count - 1);
    release();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(new Set(refused)).toEqual(new Set(['30']));
    expect(statuses.sort()).toEqual([202, ...Array<number>(count - 1).fill(503)]);
    expect(handled).toEqual(['evt_1']);
    expect((await send(event)).status).toBe(202);
  });

  it('lets the next try run after a handler that threw, rejected, or answered with an error', async () => {
    await start(platform);
    const succeed = handle;
    const failures = [
      () => {
        throw new HttpException('no', 422);
      },
      () => Promise.reject(new Error('the database is down')),
    ];
    for (const fail of failures) {
      handle = fail;
      expect((await send(event)).status).toBeGreaterThanOrEqual(400);
    }
    handle = succeed;
    expect((await send(event)).status).toBe(202);
    expect((await send(event)).status).toBe(202);
    expect(handled).toEqual(['evt_1']);
  });

  it('handles a delivery again when its process died, once the lease has run out', async () => {
    await start(platform);
    await send(event);
    const [key] = keysOf(store);
    await store.put(key!, 'claimed', { ttlMs: 60_000, if: 'always' });
    await clock.advance('29s');
    const early = await send(event);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
    await clock.advance('1s');
    expect((await send(event)).status).toBe(202);
    expect(handled).toEqual(['evt_1', 'evt_1']);
  });

  it('keeps its claim for as long as the handler works', async () => {
    await start(platform);
    const release = hold();
    const first = send(event);
    await until(() => handled.length === 1);
    await clock.advance('2m');
    expect((await send(event)).status).toBe(503);
    release();
    expect((await first).status).toBe(202);
    expect(handled).toEqual(['evt_1']);
  });

  it('marks a delivery as handled although the sender hung up before the answer', async () => {
    await start(platform);
    const release = hold();
    const socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
    const headers = Object.entries(headersFor(event)).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(
      `POST /webhooks/payments HTTP/1.1\r\nhost: x\r\ncontent-length: ${event.length}\r\n${headers.join('')}\r\n${event}`,
    );
    await until(() => handled.length === 1);
    socket.destroy();
    release();
    await until(() => valuesOf(store).some((value) => value.startsWith('done')));
    expect((await send(event)).status).toBe(202);
    expect(handled).toEqual(['evt_1']);
  });

  it('handles one event once for each endpoint', async () => {
    await start(platform);
    await send(event);
    expect((await send(event, '/webhooks/other')).status).toBe(200);
    expect((await send(event, '/webhooks/other/?again=1')).status).toBe(platform === 'Express' ? 200 : 404);
    expect(handled).toEqual(['evt_1', 'evt_1']);
  });

  it('tells deliveries apart by an unsigned label only together with the bytes that are signed', async () => {
    await start(platform);
    const deliver = (body: string, label: string) =>
      send(body, '/webhooks/labelled', { ...headersFor(body, labelled as never), 'x-delivery': label });
    const other = JSON.stringify({ id: 'evt_2' });
    for (const [body, label] of [
      [event, '1'],
      [event, '2'],
      [event, '1'],
      [other, '1'],
    ] as const) {
      expect((await deliver(body, label)).status).toBe(200);
    }
    expect(handled).toEqual(['evt_1', 'evt_1', 'evt_2']);
  });

  it('never trusts an id that the signature does not cover, if told to keep to the signed bytes', async () => {
    await start(platform);
    const deliver = (body: string, label: string) =>
      send(body, '/webhooks/strict', { ...headersFor(body, labelled as never), 'x-delivery': label });
    const other = JSON.stringify({ id: 'evt_2' });
    for (const [body, label] of [
      [event, '1'],
      [event, '2'],
      [other, '1'],
    ] as const) {
      expect((await deliver(body, label)).status).toBe(200);
    }
    expect(handled).toEqual(['evt_1', 'evt_2']);
  });

  it('answers copies where the handler writes its answer itself', async () => {
    await start(platform);
    expect(await (await send(event, '/webhooks/manual')).text()).toBe('manual');
    const copy = await send(event, '/webhooks/manual');
    expect([copy.status, await copy.text()]).toEqual([200, 'manual']);
    expect(handled).toEqual(['evt_1']);
  });

  it('answers the sender’s handshake to the letter, only once it is verified', async () => {
    await start(platform);
    const body = JSON.stringify({ type: 'url_verification', challenge: 'c0ffee' });
    const answer = await send(body, '/webhooks/chat', headersFor(body, 'slack'));
    expect([answer.status, await answer.text()]).toEqual([200, 'c0ffee']);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    const forged = await send(body, '/webhooks/chat', headersFor(body, 'slack', 'somebody_elses_secret'));
    expect([forged.status, (await forged.text()).includes('c0ffee')]).toEqual([401, false]);
    expect(handled).toEqual([]);
  });

  it('answers a handshake that its sender never signs', async () => {
    await start(platform);
    const answer = await fetch(url('/webhooks/files?challenge=c0ffee'));
    expect([answer.status, await answer.text()]).toEqual([200, 'c0ffee']);
    expect((await fetch(url('/webhooks/files'))).status).toBe(401);
  });

  it('refuses forgeries when resilience is switched off', async () => {
    await start(platform, { RESILIENCE__ENABLED: 'false' });
    expect((await send(event, undefined, headersFor(event, 'stripe', 'whsec_somebody_elses'))).status).toBe(401);
    expect((await send(event)).status).toBe(202);
    expect((await send(event)).status).toBe(202);
    expect(handled).toEqual(['evt_1']);
  });

  it('refuses with 503 what it cannot tell from a copy, and answers although the mark fails', async () => {
    await start(platform);
    const put = store.put.bind(store);
    store.put = () => Promise.reject(new Error('no route to the store'));
    const refused = await send(event);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'STORE_UNAVAILABLE' }]);
    store.put = (key, value, when) =>
      value.startsWith('done') ? Promise.reject(new Error('gone')) : put(key, value, when);
    expect((await send(event)).status).toBe(202);
    expect(log.join()).toMatch(/could not be marked as handled in the store: Error: gone/);
    expect(handled).toEqual(['evt_1']);
  });

  it('settles streams of values when they complete', async () => {
    await start(platform);
    handle = ({ body }) => {
      handled.push(body.id);
      return of('first', 'last');
    };
    expect(await (await send(event)).json()).toEqual({ data: 'last' });
    expect((await send(event)).status).toBe(202);
  });
});

/** Has the handler wait until the returned function is called. */
function hold(): () => void {
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  handle = async ({ body }) => {
    handled.push(body.id);
    await held;
  };
  return release;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function keysOf(of: Store): string[] {
  return [...heldBy(of).keys()];
}

function valuesOf(of: Store): string[] {
  return [...heldBy(of).values()].map(({ value }) => value);
}

/** A memory store's entries, whose keys no test can know: they are digests. */
function heldBy(of: Store): Map<string, { value: string }> {
  return (of as unknown as { entries: { byKey: Map<string, { value: string }> } }).entries.byKey;
}
