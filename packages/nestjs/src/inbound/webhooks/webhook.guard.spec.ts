import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { TestClock } from '@breakwater/core/testing';
import { signWebhook } from '@breakwater/webhooks';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Headers,
  HttpCode,
  Logger,
  Post,
  RawBody,
  UseGuards,
  type INestApplication,
  type NestApplicationOptions,
} from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { secret } from '../../config/fields/secret.js';
import { ResilienceModule } from '../../resilience.module.js';
import type { WebhookDelivery } from './receiving/webhook-delivery.js';
import { WebhookEvent } from './webhook-event.decorator.js';
import { WebhookGuard } from './webhook.guard.js';
import type { WebhookOptions } from './webhook.options.js';

const SECRET = 'whsec_8f2bd5c1a7e94f03b6d1';
const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

let deliveries: WebhookDelivery<unknown>[] = [];
let failing = false;
let working: Promise<void> | undefined;
let entered = 0;

@Controller('webhooks')
class Webhooks {
  @Post('payments')
  @HttpCode(200)
  @UseGuards(WebhookGuard('payments'))
  async receive(@WebhookEvent() event: WebhookDelivery<unknown>): Promise<string> {
    entered++;
    await working;
    if (failing) throw new Error('the handler failed');
    deliveries.push(event);
    return 'ok';
  }

  @Post('echo')
  @UseGuards(WebhookGuard('payments'))
  echo(@Body() body: unknown, @RawBody() raw: Buffer, @Headers('content-type') type: string) {
    return { body, length: raw.length, type };
  }

  @Post('json')
  json(@Body() body: unknown) {
    return { body };
  }
}

@UseGuards(WebhookGuard('payments'))
@Controller('guarded')
class Guarded {
  @Post()
  receive(@WebhookEvent() event: WebhookDelivery): unknown {
    return { body: event.body };
  }
}

let app: INestApplication;
let clock: TestClock;
let log: string[];

async function start(
  platform: keyof typeof adapters,
  webhook: Partial<WebhookOptions> = {},
  options: NestApplicationOptions = { rawBody: true },
  prepare?: () => void,
): Promise<void> {
  clock = new TestClock();
  deliveries = [];
  failing = false;
  working = undefined;
  entered = 0;
  log = [];
  const webhookOptions = { sender: 'stripe', secrets: [SECRET], ...webhook };
  const module = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ clock, providers: { payments: { webhook: webhookOptions } } })],
    controllers: [Webhooks, Guarded],
  }).compile();
  app = module.createNestApplication(adapters[platform](), { ...options, logger: capture() });
  prepare?.();
  await app.listen(0, '127.0.0.1');
}

function capture() {
  const note = (message: unknown) => void log.push(String(message));
  return { log: () => undefined, debug: note, warn: note, error: note, fatal: note };
}

afterEach(async () => {
  Logger.overrideLogger(false);
  await app.close();
});

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** Sends bytes as they are, with headers that may come twice. */
function post(path: string, body: string | Buffer, headers: OutgoingHttpHeaders): Promise<Answer> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode!,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject).end(body);
  });
}

function signed(body: string | Buffer, { secret: key = SECRET, at = clock.wallNow(), type = 'application/json' } = {}) {
  return { 'content-type': type, ...signWebhook('stripe', { body, now: at }, key) };
}

const event = JSON.stringify({ id: 'evt_1', type: 'charge.succeeded' });

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])('WebhookGuard on %s', (platform) => {
  it('hands a genuine webhook to the handler', async () => {
    await start(platform);
    const answer = await post('/webhooks/payments', event, signed(event));
    expect(answer).toMatchObject({ status: 200, body: 'ok' });
    expect(deliveries).toEqual([
      { id: 'evt_1', sender: 'stripe', sentAt: new Date(clock.wallNow()), body: JSON.parse(event) as unknown },
    ]);
  });

  it('tells every forger the same, and the log why', async () => {
    await start(platform);
    const unsigned = await post('/webhooks/payments', event, { 'content-type': 'application/json' });
    const forged = await post('/webhooks/payments', event, signed(event, { secret: 'whsec_somebody_elses' }));
    const altered = await post('/webhooks/payments', event.replace('evt_1', 'evt_2'), signed(event));
    const stale = await post('/webhooks/payments', event, signed(event, { at: clock.wallNow() - 301_000 }));
    const early = await post('/webhooks/payments', event, signed(event, { at: clock.wallNow() + 301_000 }));
    const all = [unsigned, forged, altered, stale, early];
    expect(all.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    expect(JSON.parse(unsigned.body)).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      message: 'The webhook could not be verified.',
      code: 'WEBHOOK_UNVERIFIED',
      provider: 'payments',
    });
    expect(log.map((line) => /\((\w+)\)/.exec(line)?.[1])).toEqual([
      'missing',
      'mismatch',
      'mismatch',
      'stale',
      'stale',
    ]);
    expect(deliveries).toEqual([]);
  });

  it('shows neither secret nor signature in the log', async () => {
    await start(platform);
    const headers = signed(event, { secret: 'whsec_somebody_elses' });
    await post('/webhooks/payments', event, headers);
    const signature = (headers as Record<string, string>)['stripe-signature']!.split('v1=')[1]!;
    expect(log).toHaveLength(1);
    expect(log.join()).not.toContain(SECRET);
    expect(log.join()).not.toContain(signature);
  });

  it('tells a forger nothing of what is malformed, or comes twice', async () => {
    await start(platform);
    const type = { 'content-type': 'application/json' };
    const genuine = (signed(event) as Record<string, string>)['stripe-signature']!;
    const malformed = await post('/webhooks/payments', event, { ...type, 'stripe-signature': 'v1=zz' });
    const twice = await post('/webhooks/payments', event, { ...type, 'stripe-signature': [genuine, genuine] });
    const unsigned = await post('/webhooks/payments', event, type);
    expect([malformed.status, twice.status]).toEqual([401, 401]);
    expect([malformed.body, twice.body]).toEqual([unsigned.body, unsigned.body]);
    expect(log.join()).toMatch(/\(duplicate-header\)/);
    expect(deliveries).toEqual([]);
  });

  it('verifies the bytes, not what a parser made of them', async () => {
    await start(platform);
    const odd = '{ "id" :"evt_1",\n "amount": 1.00, "note": "caf\\u00e9 \u{1F600}" }\r\n';
    expect((await post('/webhooks/payments', odd, signed(odd))).status).toBe(200);
    const same = JSON.stringify(JSON.parse(odd));
    expect((await post('/webhooks/payments', same, signed(odd))).status).toBe(401);
  });

  it.each([
    ['text/plain; charset=utf-8', '{"id":"evt_1"}', { id: 'evt_1' }],
    ['application/cloudevents+json', '{"id":"evt_1"}', { id: 'evt_1' }],
    ['application/xml', '<event id="1"/>', '<event id="1"/>'],
    ['application/x-www-form-urlencoded', 'id=1&tag=a&tag=b', { id: '1', tag: ['a', 'b'] }],
    ['application/octet-stream', 'plain', 'plain'],
  ])('reads bodies of type %s', async (type, body, parsed) => {
    await start(platform);
    expect((await post('/webhooks/payments', body, signed(body, { type }))).status).toBe(200);
    expect(deliveries[0]?.body).toEqual(parsed);
    expect((await post('/webhooks/payments', `${body} `, signed(body, { type }))).status).toBe(401);
  });

  it('reads bodies that say nothing of their type, and bytes that are no text', async () => {
    await start(platform);
    const { 'content-type': _, ...headers } = signed(event);
    expect((await post('/webhooks/payments', event, headers)).status).toBe(200);
    const bytes = Buffer.from([0xff, 0x00, 0x80]);
    const type = 'application/octet-stream';
    expect((await post('/webhooks/payments', bytes, signed(bytes, { type }))).status).toBe(200);
    expect(deliveries.map(({ body }) => body)).toEqual([JSON.parse(event), bytes]);
  });

  it.each(['application/json', 'text/plain'])('verifies what a compressed body of type %s holds', async (type) => {
    await start(platform, { maxBytes: 2000 });
    const send = (body: Buffer, encoding: string, of = event) =>
      post('/webhooks/payments', body, { ...signed(of, { type }), 'content-encoding': encoding });
    const bomb = JSON.stringify({ bomb: 'x'.repeat(100_000) });
    const statuses = [
      (await send(gzipSync(event), 'gzip')).status,
      (await send(gzipSync('{"id":"evt_2"}'), 'gzip')).status,
      (await send(gzipSync(bomb), 'gzip', bomb)).status,
      (await send(Buffer.from('no gzip'), 'gzip')).status,
      (await send(Buffer.from(event), 'zstandard')).status,
    ];
    expect(statuses).toEqual([200, 401, 413, 400, 415]);
  });

  it.each(['text/plain', 'application/json'])('takes an empty body of type %s for a real one', async (type) => {
    await start(platform);
    const headers = { ...signed('', { type }), 'content-length': 0 };
    expect((await post('/webhooks/payments', '', headers)).status).toBe(200);
    expect(deliveries[0]?.body).toBe('');
    expect((await post('/webhooks/payments', '', { ...headers, ...signed('x', { type }) })).status).toBe(401);
  });

  it('gives handlers the body and the type that were sent', async () => {
    await start(platform);
    const headers = signed(event, { type: 'text/plain' });
    const answer = await post('/webhooks/echo', event, headers);
    expect(JSON.parse(answer.body)).toEqual({ body: JSON.parse(event), length: event.length, type: 'text/plain' });
  });

  it('guards all methods of a class', async () => {
    await start(platform);
    const body = '<event/>';
    const answer = await post('/guarded', body, signed(body, { type: 'application/xml' }));
    expect(answer).toMatchObject({ status: 201, body: '{"body":"<event/>"}' });
    expect((await post('/guarded', body, { 'content-type': 'application/xml' })).status).toBe(401);
  });

  it('reads no more than maxBytes', async () => {
    await start(platform, { maxBytes: 100 });
    const long = JSON.stringify({ id: 'evt_1', note: 'x'.repeat(100) });
    for (const type of ['application/json', 'application/xml']) {
      expect((await post('/webhooks/payments', long, signed(long, { type }))).status).toBe(413);
      const chunked = { ...signed(long, { type }), 'transfer-encoding': 'chunked' };
      expect((await post('/webhooks/payments', long, chunked)).status).toBe(413);
    }
    expect(log.join()).toContain('resilience.providers.payments.webhook.maxBytes');
  });

  it('takes bodies as long as maxBytes says, whatever the framework’s own limit', async () => {
    await start(platform, { maxBytes: 4 * 1024 * 1024 }, { rawBody: true }, () => {
      if (platform === 'Express') (app as NestExpressApplication).useBodyParser('json', { limit: '4mb' });
    });
    const long = JSON.stringify({ id: 'evt_1', note: 'x'.repeat(3 * 1024 * 1024) });
    expect((await post('/webhooks/payments', long, signed(long))).status).toBe(200);
  });

  it('works without Nest’s parsers', async () => {
    await start(platform, {}, { bodyParser: false });
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(200);
    expect((await post('/webhooks/payments', `${event} `, signed(event))).status).toBe(401);
    expect(deliveries[0]?.body).toEqual(JSON.parse(event));
  });

  it('leaves other routes as they are', async () => {
    await start(platform);
    const json = await post('/webhooks/json', event, { 'content-type': 'application/json' });
    expect(JSON.parse(json.body)).toEqual({ body: JSON.parse(event) });
    const xml = await post('/webhooks/json', '<a/>', { 'content-type': 'application/xml' });
    expect(xml.status).toBe(platform === 'Fastify' ? 415 : 201);
  });

  it('accepts each of several secrets while they rotate, and reads them anew each time', async () => {
    process.env['GUARD_SPEC_SECRET'] = 'whsec_old_0123456789';
    await start(platform, { secrets: [secret('GUARD_SPEC_SECRET'), SECRET] });
    const old = signed(event, { secret: 'whsec_old_0123456789' });
    expect((await post('/webhooks/echo', event, old)).status).toBe(201);
    process.env['GUARD_SPEC_SECRET'] = 'whsec_new_0123456789';
    expect((await post('/webhooks/payments', event, old)).status).toBe(401);
    expect((await post('/webhooks/payments', event, signed(event, { secret: 'whsec_new_0123456789' }))).status).toBe(
      200,
    );
    const second = JSON.stringify({ id: 'evt_2' });
    expect((await post('/webhooks/payments', second, signed(second))).status).toBe(200);
    delete process.env['GUARD_SPEC_SECRET'];
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(500);
    expect(log.at(-1)).toContain('GUARD_SPEC_SECRET');
  });

  it('refuses copies: while the first is being handled with Retry-After, and afterwards', async () => {
    await start(platform);
    let finish!: () => void;
    working = new Promise((resolve) => (finish = resolve));
    const headers = signed(event);
    const first = post('/webhooks/payments', event, headers);
    await until(() => entered === 1);
    const during = await post('/webhooks/payments', event, headers);
    expect(during).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
    expect(JSON.parse(during.body)).toMatchObject({ code: 'WEBHOOK_IN_PROGRESS', retryAfterMs: 30_000 });
    finish();
    expect((await first).status).toBe(200);
    const after = await post('/webhooks/payments', event, headers);
    expect(after.status).toBe(409);
    expect(after.headers['retry-after']).toBeUndefined();
    expect(JSON.parse(after.body)).toMatchObject({ code: 'WEBHOOK_DUPLICATE' });
    expect(deliveries).toHaveLength(1);
  });

  it('takes the same event, signed anew by the sender for its next try, for a copy', async () => {
    await start(platform);
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(200);
    await clock.advance('1m');
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(409);
    expect(deliveries).toHaveLength(1);
  });

  it('lets the sender’s next try run after a handler that threw', async () => {
    await start(platform);
    failing = true;
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(500);
    failing = false;
    expect((await post('/webhooks/payments', event, signed(event))).status).toBe(200);
    expect(deliveries).toHaveLength(1);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('the log of refused webhooks', () => {
  it('has ten lines of a kind a minute, however many strangers send, and one that counts the others', async () => {
    await start('Express');
    const forged = () => post('/webhooks/payments', '{}', signed('{}', { secret: 'whsec_of_a_stranger' }));
    for (let i = 0; i < 30; i++) expect((await forged()).status).toBe(401);
    const told = () => log.filter((line) => line.includes('refused (mismatch)'));
    expect(told()).toHaveLength(10);
    await post('/webhooks/payments', '{}', { 'content-type': 'application/json' });
    expect(log.at(-1)).toBe("Webhook of 'payments' refused (missing): there is no signature");
    await clock.advance('1m');
    expect(told()).toHaveLength(11);
    expect(log.at(-1)).toMatch(/– 20 more in the last minute$/);
  });
});
