import type { AddressInfo } from 'node:net';
import {
  AdaptivelyThrottledError,
  BulkheadFullError,
  CircuitOpenError,
  createProvider,
  IdempotencyConflictError,
  IdempotencyKeyMissingError,
  IdempotencyMismatchError,
  IdempotencyPayloadError,
  OutcomeUnknownError,
  RateLimitedError,
  ResilienceError,
  StoreUnavailableError,
  TimeoutError,
} from '@breakwater/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, NotFoundException, Param, type ArgumentsHost, type INestApplication } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { lastValueFrom, type Observable } from 'rxjs';
import { WebhookDuplicateError } from '../inbound/webhooks/inbox/webhook-duplicate.error.js';
import { WebhookSignatureError } from '../inbound/webhooks/receiving/webhook-signature.error.js';
import { ResilienceExceptionFilter } from './resilience-exception.filter.js';

class UnheardOfError extends ResilienceError {
  readonly code = 'UNHEARD_OF';
}

const info = { provider: 'payments', operation: 'PaymentsClient.charge' };
const errors: Record<string, ResilienceError> = {
  open: new CircuitOpenError('open', { ...info, retryAfterMs: 4200.5 }),
  full: new BulkheadFullError('queue-full', info),
  limited: new RateLimitedError('quota-spent', { ...info, retryAfterMs: 1 }),
  throttled: new AdaptivelyThrottledError(0.75, info),
  timeout: new TimeoutError('total', 8000, info),
  conflict: new IdempotencyConflictError({ ...info, retryAfterMs: 1000 }),
  mismatch: new IdempotencyMismatchError(info),
  missing: new IdempotencyKeyMissingError(info),
  payload: new IdempotencyPayloadError({ ...info, cause: new TypeError('an instance of Internals') }),
  done: new IdempotencyConflictError(info, 'done'),
  unknown: new OutcomeUnknownError({ ...info, cause: new Error('redis://user:hunter2@host') }),
  store: new StoreUnavailableError('the cache', { ...info, cause: new Error('redis://user:hunter2@host') }),
  isolated: new CircuitOpenError('isolated', { ...info, retryAfterMs: Infinity }),
  unheard: new UnheardOfError('internals', info),
  stale: new WebhookSignatureError('WEBHOOK_STALE', 'the timestamp is too old', info),
  forged: new WebhookSignatureError('WEBHOOK_MISMATCH', 'none of the secrets makes this signature', info),
  malformed: new WebhookSignatureError('WEBHOOK_MALFORMED', 'the signature is too long', info),
  unset: new WebhookSignatureError('WEBHOOK_CONFIGURATION', 'write rawBody: true', info),
  copy: new WebhookDuplicateError('in-progress', { ...info, retryAfterMs: 30_000 }),
};

const payments = createProvider('payments', { idempotency: {} });

@Controller()
class Raising {
  @Get('orders/:id')
  find(@Param('id') idempotencyKey: string): Promise<never> {
    const work = () => Promise.reject(new NotFoundException('no such order'));
    return payments.execute(work, { operation: 'find', idempotencyKey });
  }

  @Get(':name')
  raise(@Param('name') name: string): never {
    throw errors[name] ?? new Error('not one of ours');
  }
}

const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

describe.each(Object.keys(adapters) as (keyof typeof adapters)[])('ResilienceExceptionFilter on %s', (platform) => {
  async function get(name: string) {
    const module = await Test.createTestingModule({
      controllers: [Raising],
      providers: [{ provide: APP_FILTER, useClass: ResilienceExceptionFilter }],
    }).compile();
    app = module.createNestApplication(adapters[platform](), { logger: false });
    await app.listen(0, '127.0.0.1');
    const response = await fetch(`http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/${name}`);
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  }

  it.each([
    ['open', 503, '5', 'CIRCUIT_OPEN'],
    ['full', 503, null, 'BULKHEAD_FULL'],
    ['limited', 503, '1', 'RATE_LIMITED'],
    ['throttled', 503, null, 'ADAPTIVELY_THROTTLED'],
    ['timeout', 504, null, 'TIMEOUT'],
    ['conflict', 409, '1', 'IDEMPOTENCY_CONFLICT'],
    ['mismatch', 422, null, 'IDEMPOTENCY_MISMATCH'],
    ['missing', 400, null, 'IDEMPOTENCY_KEY_MISSING'],
    ['payload', 500, null, 'IDEMPOTENCY_PAYLOAD'],
    ['done', 409, null, 'IDEMPOTENCY_CONFLICT'],
    ['unknown', 409, null, 'OUTCOME_UNKNOWN'],
    ['store', 503, null, 'STORE_UNAVAILABLE'],
    ['isolated', 503, null, 'CIRCUIT_OPEN'],
    ['unheard', 503, null, 'UNHEARD_OF'],
    ['stale', 401, null, 'WEBHOOK_UNVERIFIED'],
    ['forged', 401, null, 'WEBHOOK_UNVERIFIED'],
    ['malformed', 401, null, 'WEBHOOK_UNVERIFIED'],
    ['unset', 500, null, 'WEBHOOK_CONFIGURATION'],
    ['copy', 503, '30', 'WEBHOOK_IN_PROGRESS'],
  ])('answers %s with %i, Retry-After %s and code %s', async (name, status, retryAfter, code) => {
    const answer = await get(name);
    expect(answer).toMatchObject({ status, retryAfter });
    const body = JSON.parse(answer.text) as Record<string, unknown>;
    expect(body).toMatchObject({ statusCode: status, error: expect.any(String), code, provider: 'payments' });
    expect(Object.keys(body).filter((key) => key !== 'retryAfterMs')).toEqual([
      'statusCode',
      'error',
      'message',
      'code',
      'provider',
    ]);
    expect(answer.text).not.toMatch(/PaymentsClient|hunter2|redis|internals|secret|timestamp|rawBody/);
  });

  it('says in the body how long to wait', async () => {
    expect(JSON.parse((await get('open')).text)).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'A service that this request depends on is unavailable.',
      code: 'CIRCUIT_OPEN',
      provider: 'payments',
      retryAfterMs: 4201,
    });
  });

  it('leaves an exception of Nest to Nest, which answers with its status also when it is replayed', async () => {
    for (let time = 0; time < 2; time++) {
      const { status, text } = await get(`orders/${platform}`);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ statusCode: 404, message: 'no such order' });
      await app!.close();
    }
  });

  it('leaves other errors to Nest', async () => {
    expect((await get('other')).status).toBe(500);
  });
});

describe('ResilienceExceptionFilter elsewhere', () => {
  const filter = new ResilienceExceptionFilter(new HttpAdapterHost());
  const plain = {
    status: 'error',
    message: 'A service that this request depends on is unavailable.',
    code: 'CIRCUIT_OPEN',
    provider: 'payments',
    retryAfterMs: 4201,
  };

  function hostOf(type: string, args: unknown[] = []): ArgumentsHost {
    const host = new ExecutionContextHost(args);
    host.setType(type);
    return host;
  }

  it('rejects calls of microservices with a plain object', async () => {
    const result = filter.catch(errors['open']!, hostOf('rpc')) as Observable<never>;
    await expect(lastValueFrom(result)).rejects.toEqual(plain);
  });

  it('emits an exception to WebSockets', () => {
    const emitted: unknown[][] = [];
    const client = { emit: (...args: unknown[]) => void emitted.push(args) };
    filter.catch(errors['open']!, hostOf('ws', [client]));
    expect(emitted).toEqual([['exception', plain]]);
  });

  it('sends it as text to a plain WebSocket that is open', () => {
    const sent: string[] = [];
    const socket = (readyState: number) => ({
      readyState,
      emit: () => void sent.push('emitted'),
      send: (text: string) => void sent.push(text),
    });
    // Open, and closing.
    for (const state of [1, 2]) {
      filter.catch(errors['open']!, hostOf('ws', [socket(state)]));
    }
    expect(sent.map((text) => JSON.parse(text) as unknown)).toEqual([{ event: 'exception', data: plain }]);
  });

  it('rethrows for GraphQL with extensions', () => {
    const raised = caught(() => filter.catch(errors['open']!, hostOf('graphql')));
    expect(raised).toBeInstanceOf(Error);
    expect(raised).toMatchObject({
      message: plain.message,
      extensions: { code: 'CIRCUIT_OPEN', provider: 'payments', retryAfterMs: 4201, http: { status: 503 } },
    });
  });

  it('rethrows as it is what comes from a transport that it does not know', () => {
    expect(caught(() => filter.catch(errors['open']!, hostOf('carrier-pigeon')))).toBe(errors['open']);
  });
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
