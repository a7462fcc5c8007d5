import type { ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { MemoryStore, type PutResult } from '@breakwater/core';
import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Header,
  HttpException,
  Param,
  Post,
  Query,
  Req,
  Res,
  StreamableFile,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ResilienceModule } from '../../resilience.module.js';
import { InboundIdempotency, type IdempotentRequest } from './idempotent-request.decorator.js';
import { IdempotentRoute } from './idempotent-route.decorator.js';

interface Answering {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

type Handle = (body: unknown, request: IdempotentRequest | undefined) => unknown;

/** A store that remembers the key that was written last: keys are digests, which no test can know. */
class KnownKeys extends MemoryStore {
  key = '';

  override put(...asked: Parameters<MemoryStore['put']>): Promise<PutResult> {
    [this.key] = asked;
    return super.put(...asked);
  }
}

let handle: Handle;
let handled: unknown[];

/** The part of both frameworks' responses that answers by itself. */
interface SelfAnswering {
  status(code: number): { send(body: string): void };
}

@Controller('orders')
class Orders {
  @Post()
  @IdempotentRoute()
  create(@Body() body: unknown, @InboundIdempotency() inbound: IdempotentRequest | undefined): unknown {
    handled.push(body);
    return handle(body, inbound);
  }

  @Post('optional')
  @IdempotentRoute({ required: false })
  optional(@Body() body: unknown, @InboundIdempotency() inbound?: IdempotentRequest): unknown {
    handled.push(body);
    return { inbound: inbound?.key ?? null };
  }

  @Post(':id/lines')
  @Header('X-Line', 'line-1')
  @Header('Set-Cookie', 'session=secret')
  @Header('Location', '/orders/1/lines/1')
  @IdempotentRoute({ headers: ['x-line'], maxBytes: 1000, lease: '10s', ttl: '1h', whenUnknown: 'refuse' })
  addLine(@Param('id') id: string, @Body() body: unknown): unknown {
    handled.push(id);
    return handle(body, undefined);
  }

  @Post('self')
  @IdempotentRoute({ scope: () => 'all', keeps: (status) => status === 418 })
  answerItself(@Res() response: SelfAnswering): void {
    handled.push('self');
    response.status(418).send('short and stout');
  }

  @Post('twice')
  @IdempotentRoute({ fingerprint: (request) => (request.body as { id: string }).id })
  twice(@Body() body: { id: string }, @Query('via') via?: string): unknown {
    handled.push(via ?? body.id);
    return body;
  }

  @Get()
  @IdempotentRoute({ required: false })
  list(@Req() request: { method: string }): unknown {
    handled.push('list');
    return [request.method];
  }
}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])('@IdempotentRoute on %s', (platform) => {
  let app: INestApplication;
  let clock: TestClock;
  let store: KnownKeys;
  let origin: string;

  beforeEach(async () => {
    handled = [];
    handle = () => ({ order: handled.length });
    clock = new TestClock();
    store = new KnownKeys({ clock });
    await start();
  });
  afterEach(() => app.close());

  async function start(prepare: (made: INestApplication) => unknown = () => undefined): Promise<void> {
    const module = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, store, logger: false })],
      controllers: [Orders],
    }).compile();
    app = module.createNestApplication(adapters[platform](), { logger: false });
    prepare(app);
    await app.listen(0, '127.0.0.1');
    origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  }

  /** Another process, with the same store. */
  async function restart(prepare?: (made: INestApplication) => unknown): Promise<void> {
    await app.close();
    await start(prepare);
  }

  async function post(
    key: string | undefined,
    body: unknown = {},
    path = '/orders',
    more: object = {},
  ): Promise<Answering> {
    const response = await fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }), ...more },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  const codeOf = ({ body }: Answering) => (JSON.parse(body) as { code: string }).code;

  it('answers a repetition as the first, and handles it once', async () => {
    const first = await post('order-1', { amount: 1 });
    expect([first.status, first.body, first.headers.get('idempotent-replayed')]).toEqual([201, '{"order":1}', null]);
    for (const key of ['order-1', '"order-1"']) {
      const again = await post(key, { amount: 1 });
      expect([again.status, again.body]).toEqual([201, '{"order":1}']);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'));
    }
    expect(handled).toHaveLength(1);
  });

  it('answers it in another process', async () => {
    await post('order-1');
    await restart();
    expect((await post('order-1')).body).toBe('{"order":1}');
    expect(handled).toHaveLength(1);
  });

  it('replays the headers that are named and those of the content, and no cookie', async () => {
    await post('order-1', {}, '/orders/1/lines');
    const { headers } = await post('order-1', {}, '/orders/1/lines');
    expect([headers.get('x-line'), headers.get('location'), headers.get('idempotent-replayed')]).toEqual([
      'line-1',
      '/orders/1/lines/1',
      'true',
    ]);
    // Those of @Header come from Nest before the handler, in each answer.
    const record = (await store.get(store.key))!.value;
    expect(record).not.toMatch(/secret|set-cookie/i);
  });

  it.each([
    ['text', () => 'plain', 'plain'],
    ['nothing', () => undefined, ''],
    ['bytes', () => new StreamableFile(Buffer.from([0xff, 0x00, 0x80])), '\ufffd\u0000\ufffd'],
    ['a stream', () => new StreamableFile(Readable.from([Buffer.from('a'), Buffer.from('b')])), 'ab'],
  ])('replays %s', async (_what, answer, body) => {
    handle = answer;
    expect((await post('order-1')).body).toBe(body);
    const again = await post('order-1');
    expect([again.body, again.status, again.headers.get('idempotent-replayed')]).toEqual([body, 201, 'true']);
    expect(handled).toHaveLength(1);
  });

  it('replays an answer that middleware compresses, which compresses it again', async () => {
    // Middleware of Express; on Fastify it stands before Node's own response as well.
    await restart((made) => made.use(compressing));
    for (const replayed of [null, 'true']) {
      const { body, headers } = await post('order-1');
      expect([body, headers.get('content-encoding')]).toEqual(['{"order":1}', 'gzip']);
      expect(headers.get('idempotent-replayed')).toBe(replayed);
    }
  });

  it('replays an answer that the handler sent by itself, and decides by its status what is kept', async () => {
    for (let time = 0; time < 2; time++) {
      expect(await post('tea', {}, '/orders/self')).toMatchObject({ status: 418, body: 'short and stout' });
    }
    expect(handled).toEqual(['self']);
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is two keys', 'a, b'],
  ])('refuses with 400 when the key %s', async (_what, key) => {
    const answer = await post(key);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'IDEMPOTENCY_KEY_MISSING']);
    expect(handled).toEqual([]);
  });

  it('handles what has no key where none is required, each time', async () => {
    for (let time = 0; time < 2; time++) {
      expect((await post(undefined, {}, '/orders/optional')).body).toBe('{"inbound":null}');
    }
    expect(handled).toHaveLength(2);
    const keyed = await post('k', {}, '/orders/optional');
    expect(JSON.parse(keyed.body)).toEqual({ inbound: expect.stringMatching(/^[\w-]{22}$/) });
  });

  it('refuses another payload with 422, while the first is handled as well, whatever the order of its fields', async () => {
    const gate = gated();
    handle = async () => (await gate.promise, 'done');
    const first = post('order-1', { a: 1, b: { c: 2, d: 3 } });
    await until(() => handled.length === 1);
    const other = await post('order-1', { a: 2 });
    expect([other.status, codeOf(other)]).toEqual([422, 'IDEMPOTENCY_MISMATCH']);
    gate.resolve();
    await first;
    expect((await post('order-1', { a: 2 })).status).toBe(422);
    expect((await post('order-1', { b: { d: 3, c: 2 }, a: 1 })).status).toBe(201);
    expect((await post('order-1', { a: 1, b: { c: 2, d: 3 } }, '/orders?via=app')).status).toBe(422);
    expect(handled).toHaveLength(1);
  });

  it('compares what the route says', async () => {
    await post('order-1', { id: 'a', at: 1 }, '/orders/twice');
    expect((await post('order-1', { id: 'a', at: 2 }, '/orders/twice?via=app')).body).toBe('{"id":"a","at":1}');
    expect((await post('order-1', { id: 'b' }, '/orders/twice')).status).toBe(422);
  });

  it('refuses with 409 and Retry-After while the first is being handled', async () => {
    const gate = gated();
    handle = async () => (await gate.promise, 'done');
    const first = post('order-1');
    await until(() => handled.length === 1);
    const second = await post('order-1');
    expect([second.status, codeOf(second), second.headers.get('retry-after')]).toEqual([
      409,
      'IDEMPOTENCY_CONFLICT',
      '1',
    ]);
    gate.resolve();
    expect((await first).status).toBe(201);
    expect((await post('order-1')).body).toBe('done');
  });

  it('handles one of many that come at once', async () => {
    const gate = gated();
    const statuses: number[] = [];
    handle = async () => (await gate.promise, 'done');
    const all = Array.from({ length: 30 }, async () => statuses.push((await post('order-1')).status));
    await until(() => statuses.length === 29);
    gate.resolve();
    await Promise.all(all);
    expect(statuses).toEqual([...Array.from({ length: 29 }, () => 409), 201]);
    expect(handled).toHaveLength(1);
  });

  it('keeps the keys of principals and routes apart', async () => {
    const as = (authorization: string) => post('order-1', {}, '/orders', { authorization });
    expect([(await as('Bearer a')).body, (await as('Bearer b')).body]).toEqual(['{"order":1}', '{"order":2}']);
    expect((await as('Bearer a')).body).toBe('{"order":1}');
    await post('order-1', {}, '/orders/1/lines');
    await post('order-1', {}, '/orders/2/lines');
    expect(handled.slice(2)).toEqual(['1', '2']);
    const listed = await fetch(`${origin}/orders`, { headers: { 'idempotency-key': 'order-1' } });
    expect(await listed.json()).toEqual(['GET']);
  });

  it('knows a principal by the user that a guard has found, whatever the credential', async () => {
    const users = [{ id: 7 }, { sub: '7' }, { userId: 'x' }, { name: 'nameless' }];
    await restart((made) =>
      made.useGlobalGuards({
        canActivate: (context: ExecutionContext) => {
          const request = context.switchToHttp().getRequest<{ user?: unknown; headers: Record<string, string> }>();
          request.user = users[Number(request.headers['x-user'])];
          return true;
        },
      }),
    );
    for (const authorization of ['Bearer old', 'Bearer refreshed']) {
      for (let user = 0; user < users.length; user++) {
        await post('order-1', {}, '/orders', { authorization, 'x-user': String(user) });
      }
    }
    expect(handled).toHaveLength(5);
  });

  it.each([402, 404, 410, 422])('keeps a %i, which decides about the request', async (status) => {
    handle = () => Promise.reject(new HttpException({ reason: handled.length }, status));
    const first = await post('order-1');
    const again = await post('order-1');
    expect([again.status, again.body]).toEqual([status, first.body]);
    expect(handled).toHaveLength(1);
  });

  it.each([400, 401, 403, 408, 409, 425, 429, 503])('frees the key after a %i, for another try', async (status) => {
    handle = () => Promise.reject(new HttpException('not now', status));
    expect((await post('order-1', { a: 1 })).status).toBe(status);
    expect(store.size).toBe(0);
    handle = () => 'done';
    expect((await post('order-1', { a: 2 })).body).toBe('done');
  });

  it('frees the key when a pipe refuses the request: its client may correct it', async () => {
    await restart((made) => made.useGlobalPipes({ transform: () => Promise.reject(new BadRequestException()) }));
    expect((await post('order-1')).status).toBe(400);
    expect([store.size, handled]).toEqual([0, []]);
  });

  it('handles a request again that failed with a 500, and says that it is not the first', async () => {
    const attempts: unknown[] = [];
    const keys = new Set<unknown>();
    handle = (_body, inbound) => {
      attempts.push(inbound?.attempt);
      keys.add(inbound?.key);
      if (attempts.length === 1) throw new Error('broken');
      return 'done';
    };
    expect((await post('order-1')).status).toBe(500);
    expect((await post('order-1', { other: true })).status).toBe(422);
    expect((await post('order-1')).body).toBe('done');
    expect([attempts, keys.size]).toEqual([[1, 2], 1]);
  });

  it('refuses it where the route says that an unknown outcome is not repeated', async () => {
    handle = () => Promise.reject(new Error('broken'));
    expect((await post('order-1', {}, '/orders/1/lines')).status).toBe(500);
    const again = await post('order-1', {}, '/orders/1/lines');
    expect([again.status, codeOf(again)]).toEqual([409, 'OUTCOME_UNKNOWN']);
    await clock.advance('1h');
    handle = () => 'done';
    expect((await post('order-1', {}, '/orders/1/lines')).body).toBe('done');
  });

  it('handles a request again whose process died, once its lease has run out', async () => {
    await post('order-1');
    const { key } = store;
    const { fingerprint } = JSON.parse((await store.get(key))!.value) as { fingerprint: string };
    const dead = JSON.stringify({ format: 1, fingerprint, attempt: 1, state: 'pending', owner: 'dead' });
    await store.put(key, dead, { ttlMs: 86_400_000, if: 'always' });
    await clock.advance(29_999);
    expect((await post('order-1')).status).toBe(409);
    await clock.advance(1);
    handle = (_body, inbound) => `attempt ${inbound!.attempt}`;
    expect((await post('order-1')).body).toBe('attempt 2');
  });

  it('does not keep an answer that is too long: a repetition is refused, as it was handled', async () => {
    handle = () => 'x'.repeat(1001);
    expect((await post('order-1', {}, '/orders/1/lines')).body).toHaveLength(1001);
    const again = await post('order-1', {}, '/orders/1/lines');
    expect([again.status, codeOf(again), again.headers.get('retry-after')]).toEqual([
      409,
      'IDEMPOTENCY_CONFLICT',
      null,
    ]);
  });

  it('keeps the answer to a client that hung up', async () => {
    const gate = gated();
    handle = async () => (await gate.promise, 'done');
    const socket = connect(Number(new URL(origin).port), '127.0.0.1');
    socket.write(
      'POST /orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: order-1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
    );
    await until(() => handled.length === 1);
    socket.destroy();
    await sleep(20);
    gate.resolve();
    await until(async () => (await post('order-1')).status === 201);
    expect((await post('order-1')).body).toBe('done');
    expect(handled).toHaveLength(1);
  });

  it('refuses with 503 while the store is away, before anything is done', async () => {
    jest.spyOn(store, 'put').mockRejectedValue(new Error('away'));
    const answer = await post('order-1');
    expect([answer.status, codeOf(answer)]).toEqual([503, 'STORE_UNAVAILABLE']);
    expect(handled).toEqual([]);
  });

  it('handles the next try at once when the store went away after it had written the claim', async () => {
    handle = (_body, inbound) => inbound;
    const { put } = store;
    jest.spyOn(store, 'put').mockImplementationOnce(async (...asked) => {
      await put.apply(store, asked);
      throw new Error('the connection was reset');
    });
    expect((await post('order-1')).status).toBe(503);
    const answer = await post('order-1');
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([201, { attempt: 1 }]);
    expect(handled).toHaveLength(1);
  });

  it('answers as the handler did when the store fails afterwards', async () => {
    handle = () => (jest.spyOn(store, 'put').mockRejectedValue(new Error('away')), 'done');
    expect(await post('order-1')).toMatchObject({ status: 201, body: 'done' });
  });

  it('refuses a record of another release', async () => {
    await post('order-1');
    await store.put(store.key, '{"format":2}', { ttlMs: 60_000, if: 'always' });
    const answer = await post('order-1');
    expect([answer.status, codeOf(answer)]).toEqual([409, 'OUTCOME_UNKNOWN']);
  });

  it('refuses a form with files until the route says what counts', async () => {
    const body = new FormData();
    body.set('file', new Blob(['a']), 'a.txt');
    const response = await fetch(`${origin}/orders`, { method: 'POST', headers: { 'idempotency-key': 'a' }, body });
    // Without a parser for it, Fastify refuses the form itself.
    expect(response.status).toBe(platform === 'Fastify' ? 415 : 500);
    expect(handled).toEqual([]);
  });
});

describe('@IdempotentRoute', () => {
  it('says what is wrong with its options', () => {
    const options = { ttl: 'soon', headers: ['not a header'], scpoe: 1 } as never;
    expect(() => IdempotentRoute(options)).toThrow(
      /@IdempotentRoute\.ttl[\s\S]*@IdempotentRoute\.headers[\s\S]*did you mean 'scope'/,
    );
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

function gated(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve!: () => void;
  const promise = new Promise<void>((open) => (resolve = open));
  return { promise, resolve };
}

/** Compresses what passes, and says so once the head is written, as `compression` does. */
function compressing(_request: unknown, response: ServerResponse, next: () => void): void {
  const end = response.end.bind(response) as (body: Buffer) => ServerResponse;
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    for (const [name, value] of Object.entries((head[1] ?? {}) as object)) response.setHeader(name, value as string);
    response.setHeader('content-encoding', 'gzip');
    response.removeHeader('content-length');
    return writeHead(head[0]);
  };
  response.end = (body?: unknown) => {
    const packed = gzipSync((body ?? '') as string);
    if (!response.headersSent) response.writeHead(response.statusCode);
    return end(packed);
  };
  next();
}
