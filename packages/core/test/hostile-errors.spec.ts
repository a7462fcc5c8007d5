import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../src/index.js';
import { TestClock } from '../src/testing/test-clock.js';
import { createClassifier } from '../src/outcome/reading/classifier.js';

const NAMES = [
  ...['name', 'message', 'stack', 'code', 'status', 'statusCode', 'response', 'headers', 'meta', '$metadata', 'cause'],
  ...['errors', 'suppressed', 'detail', 'details', 'metadata', 'extensions', 'config', 'request', 'options', 'syscall'],
  ...['event', 'getStatus', 'retryAfter', 'body', 'ok', 'then', 'toJSON', 'constructor', 'issues', 'type', 'severity'],
];

/** An answer of 503 that throws where one of its fields is read. */
function throwingAt(name: string): object {
  const error = Object.assign(new Error('down'), {
    response: { status: 503, headers: { 'retry-after': '0' } },
    status: 503,
    meta: {},
  });
  return Object.defineProperty(error, name, {
    get: () => {
      throw new Error(`no ${name} for you`);
    },
  });
}

function looped(): object {
  const error: Error & { errors?: unknown[] } = new AggregateError([], 'loop');
  error.cause = error;
  error.errors = Array.from({ length: 100 }, () => error);
  return error;
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

const refusing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('no');
    },
    getPrototypeOf: () => {
      throw new Error('no');
    },
    has: () => {
      throw new Error('no');
    },
    ownKeys: () => {
      throw new Error('no');
    },
  },
);

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ...NAMES.map((name) => [`an answer that throws at its ${name}`, throwingAt(name)] as const),
  ['a loop of causes and of errors in each other', looped()],
  ['errors in a list that refuses to be read', Object.assign(new Error('all'), { errors: revoked([]) })],
  ['a revoked proxy', revoked({})],
  ['a proxy that refuses everything', refusing],
  ['a frozen error', Object.freeze(new Error('frozen'))],
  ['a DOMException', new DOMException('gone', 'NetworkError')],
  ['an object without a prototype', Object.create(null)],
  ['nothing', undefined],
  ['null', null],
  ['a text', '503'],
  ['a number', 503],
  ['a bigint', 503n],
  ['a symbol', Symbol('down')],
  ['a function', () => 'down'],
  ['a class', class Down extends Error {}],
  ['a list', [new Error('one')]],
  ['a response', new Response('down', { status: 503 })],
];

describe('whatever is thrown', () => {
  const clock = new TestClock();

  it.each(HOSTILE)('is read without an error of the engine’s own: %s', (_, error) => {
    const classify = createClassifier(clock);
    expect(() => classify({ ok: false, error })).not.toThrow();
    expect(() => classify({ ok: true, value: error })).not.toThrow();
  });

  it.each(HOSTILE)('reaches the caller as it is, and its neighbours are served: %s', async (_, error) => {
    const provider = createProvider(
      'payments',
      {
        retry: { attempts: 2, backoff: { initial: 1 } },
        circuitBreaker: { window: { consecutive: 100 } },
        idempotency: {},
        timeout: { total: '10s', attempt: '5s' },
        rateLimit: { limit: 100, per: '1s' },
        bulkhead: { concurrency: 10 },
      },
      { trackCalls: true },
    );
    const fails = () => provider.execute(() => Promise.reject(error as Error), { idempotencyKey: 'order' });
    const outcome = await fails().then(
      () => 'served',
      (thrown: unknown) => ({ thrown }),
    );
    expect(typeof outcome === 'object' && Object.is(outcome.thrown, error)).toBe(true);
    expect(await provider.execute(async () => 42)).toBe(42);
    expect(() => JSON.stringify(provider.snapshot())).not.toThrow();
    provider.close();
  });

  it('is read where its status is written as text', () => {
    const classify = createClassifier(clock);
    expect(classify({ ok: false, error: Object.assign(new Error('x'), { status: '404' }) }).kind).toBe('permanent');
    const response = { statusCode: '429', headers: { 'retry-after': '3' } };
    expect(classify({ ok: false, error: Object.assign(new Error('x'), { response }) })).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 3000,
    });
    const returned = { status: '503', headers: { 'retry-after': '3' }, ok: false };
    expect(classify({ ok: true, value: returned })).toMatchObject({ kind: 'transient', status: 503 });
    expect(classify({ ok: false, error: Object.assign(new Error('x'), { status: 'failed' }) }).kind).toBe('unknown');
  });

  it('is read behind an error of a disposal, and behind older wrappers', () => {
    const classify = createClassifier(clock);
    const gone = Object.assign(new Error('gone'), { response: { status: 404, headers: {} } });
    for (const place of ['suppressed', 'innerError', 'jse_cause', 'original']) {
      const error = Object.assign(new Error('wrapper'), { [place]: gone });
      expect(classify({ ok: false, error })).toMatchObject({ kind: 'permanent', status: 404 });
    }
  });
});
