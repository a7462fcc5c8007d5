import { describe, expect, it } from '@jest/globals';
import { createClassifier, type Classify } from './classifier.js';
import { createProvider } from '../../provider/create-provider.js';
import type { ProviderOptions } from '../../provider/provider-options.js';
import { TimeoutError } from '../../policies/timeout/timeout.error.js';
import { CircuitOpenError } from '../../policies/circuit-breaker/circuit-open.error.js';
import { httpError, networkError, outcomeOf } from '../../testing/calls.fixture.js';
import { recordEvents } from '../../testing/record-events.js';
import { TestClock } from '../../testing/test-clock.js';

const classify = createClassifier(new TestClock());
const ofError = (error: unknown) => classify({ ok: false, error });
const ofValue = (value: unknown) => classify({ ok: true, value });

/** As `fetch` wraps what its sockets say. */
function fetchError(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

describe('what a failed call means', () => {
  it.each([
    ['connection refused', networkError('ECONNREFUSED'), 'not-sent'],
    ['connection refused, by fetch', fetchError(networkError('ECONNREFUSED')), 'not-sent'],
    [
      'every address refused',
      fetchError(Object.assign(new AggregateError([networkError('ECONNREFUSED')]), { code: 'ECONNREFUSED' })),
      'not-sent',
    ],
    ['every address refused, without a code', new AggregateError([networkError('ECONNREFUSED')]), 'not-sent'],
    [
      'one address refused, and a connection lost after the request',
      new AggregateError([networkError('ECONNREFUSED'), networkError('ECONNRESET')]),
      'unknown',
    ],
    [
      'the same, with the code of the first',
      Object.assign(new AggregateError([networkError('ECONNREFUSED'), new Error('boom')]), { code: 'ECONNREFUSED' }),
      'unknown',
    ],
    [
      'several of which it is known as a whole what became',
      Object.assign(new AggregateError([networkError('ECONNREFUSED')]), { code: 'EPROTO' }),
      'contract',
    ],
    [
      'no address that could be connected to, for different reasons, and with the code of the first',
      fetchError(
        Object.assign(
          new AggregateError([
            networkError('ETIMEDOUT', { syscall: 'connect' }),
            networkError('ENETUNREACH', { syscall: 'connect' }),
          ]),
          { code: 'ETIMEDOUT' },
        ),
      ),
      'not-sent',
    ],
    ['several, of which nothing is said', Object.assign(new Error('boom'), { errors: [] }), 'unknown'],
    ['no such host', networkError('ENOTFOUND', { syscall: 'getaddrinfo' }), 'not-sent'],
    ['no answer from the name server', networkError('EAI_AGAIN', { syscall: 'getaddrinfo' }), 'not-sent'],
    ['unreachable', networkError('EHOSTUNREACH'), 'not-sent'],
    ['undici could not connect in time', networkError('UND_ERR_CONNECT_TIMEOUT'), 'not-sent'],
    [
      'reset on accept',
      Object.assign(networkError('ECONNRESET'), { cause: networkError('ECONNRESET', { syscall: 'connect' }) }),
      'not-sent',
    ],
    ['timed out while connecting', networkError('ETIMEDOUT', { syscall: 'connect' }), 'not-sent'],
    ['no record, by Node’s own resolver', networkError('ENODATA', { syscall: 'queryA' }), 'not-sent'],
    ['a name server that fails', networkError('ESERVFAIL', { syscall: 'queryAaaa' }), 'not-sent'],
    [
      'lost before the TLS handshake was over',
      Object.assign(new Error('Client network socket disconnected before secure TLS connection was established'), {
        code: 'ECONNRESET',
      }),
      'not-sent',
    ],
    [
      'a stream of HTTP/2 that was refused',
      Object.assign(new Error('Stream closed with error code NGHTTP2_REFUSED_STREAM'), {
        code: 'ERR_HTTP2_STREAM_ERROR',
      }),
      'not-sent',
    ],
    [
      'a stream of HTTP/2 that failed otherwise',
      Object.assign(new Error('Stream closed with error code NGHTTP2_INTERNAL_ERROR'), {
        code: 'ERR_HTTP2_STREAM_ERROR',
      }),
      'unknown',
    ],
    ['no further stream in a session that ends', networkError('ERR_HTTP2_GOAWAY_SESSION'), 'not-sent'],
    ['a stream that was still waiting to be opened', networkError('ERR_HTTP2_STREAM_CANCEL'), 'not-sent'],
    ['no TLS connection to the proxy', networkError('UND_ERR_PRX_TLS'), 'not-sent'],
    ['a certificate of a wrong issuer', networkError('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'contract'],
    ['a certificate that cannot be checked', networkError('UNABLE_TO_GET_CRL'), 'contract'],
    [
      'reset after the request',
      Object.assign(networkError('ECONNRESET'), { cause: networkError('ECONNRESET', { syscall: 'read' }) }),
      'unknown',
    ],
    ['hung up', networkError('ECONNRESET'), 'unknown'],
    ['hung up, by undici', networkError('UND_ERR_SOCKET'), 'unknown'],
    [
      'closed in the middle of the body',
      Object.assign(new Error('stream has been aborted'), {
        code: 'ERR_BAD_RESPONSE',
        response: { status: 200, headers: {} },
      }),
      'unknown',
    ],
    [
      'terminated, by fetch',
      Object.assign(new TypeError('terminated'), { cause: networkError('UND_ERR_SOCKET') }),
      'unknown',
    ],
    ['axios had no answer in time', networkError('ECONNABORTED'), 'unknown'],
    ['fetch had no answer in time', new DOMException('timed out', 'TimeoutError'), 'unknown'],
    ['undici had no headers in time', networkError('UND_ERR_HEADERS_TIMEOUT'), 'unknown'],
    ['undici had no body in time', networkError('UND_ERR_BODY_TIMEOUT'), 'unknown'],
    ['broken pipe', networkError('EPIPE'), 'unknown'],
    ['no HTTP', networkError('HPE_INVALID_CONSTANT'), 'contract'],
    ['no HTTP, by undici', Object.assign(new Error('Expected HTTP/'), { name: 'HTTPParserError' }), 'contract'],
    ['a bad certificate', fetchError(networkError('DEPTH_ZERO_SELF_SIGNED_CERT')), 'contract'],
    ['an expired certificate', networkError('CERT_HAS_EXPIRED'), 'contract'],
    ['http on an https port', networkError('EPROTO'), 'contract'],
    ['http on an https port, by fetch', fetchError(networkError('ERR_SSL_WRONG_VERSION_NUMBER')), 'contract'],
    ['a circle of redirects', networkError('ERR_FR_TOO_MANY_REDIRECTS'), 'contract'],
    ['aborted by no caller of the call, with axios', networkError('ERR_CANCELED'), 'unknown'],
    ['aborted by no caller of the call, with fetch', new DOMException('aborted', 'AbortError'), 'unknown'],
    ['no valid URL', networkError('ERR_INVALID_URL'), 'invalid'],
    ['no valid URL, by fetch', fetchError(networkError('ERR_INVALID_URL')), 'invalid'],
    ['a header that cannot be sent', networkError('ERR_INVALID_CHAR'), 'invalid'],
    ['a mistake of the program', new TypeError("Cannot read properties of undefined (reading 'id')"), 'invalid'],
    ['a name that is not defined', new ReferenceError('order is not defined'), 'invalid'],
    ['a failure of a fetch without a cause', new TypeError('Failed to fetch'), 'unknown'],
    ['an error that nothing is known about', new Error('boom'), 'unknown'],
    ['no error at all', undefined, 'unknown'],
    ['text', 'boom', 'unknown'],
    ['a cause of itself', circular(), 'unknown'],
  ])('%s', (_name, error, kind) => {
    expect(ofError(error).kind).toBe(kind);
  });

  function circular(): Error {
    const error = new Error('circular');
    return Object.assign(error, { cause: error });
  }

  it.each([
    [400, {}, 'permanent'],
    [401, {}, 'unauthorized'],
    [402, {}, 'permanent'],
    [403, {}, 'unauthorized'],
    [403, { 'retry-after': '60' }, 'throttled'],
    [403, { 'x-ratelimit-remaining': '0' }, 'throttled'],
    [403, { 'x-ratelimit-remaining': '7' }, 'unauthorized'],
    [404, {}, 'permanent'],
    [408, {}, 'unknown'],
    [409, {}, 'permanent'],
    [409, { 'retry-after': '1' }, 'transient'],
    [410, {}, 'permanent'],
    [407, {}, 'not-sent'],
    [421, {}, 'not-sent'],
    [422, {}, 'permanent'],
    [423, {}, 'transient'],
    [425, {}, 'not-sent'],
    [429, {}, 'throttled'],
    [500, {}, 'unknown'],
    [501, {}, 'permanent'],
    [502, {}, 'unknown'],
    [503, {}, 'unknown'],
    [503, { 'retry-after': '1' }, 'transient'],
    [504, {}, 'unknown'],
    [505, {}, 'permanent'],
    [520, {}, 'unknown'],
    [524, {}, 'unknown'],
    [500, { 'stripe-should-retry': 'true' }, 'transient'],
    [409, { 'stripe-should-retry': 'true' }, 'transient'],
    [503, { 'x-should-retry': 'false', 'retry-after': '1' }, 'transient'],
    [500, { 'x-should-retry': 'false' }, 'unknown'],
    [400, { 'x-should-retry': 'false' }, 'permanent'],
    [429, { 'x-should-retry': 'true' }, 'throttled'],
    [429, { 'x-should-retry': 'false' }, 'throttled'],
  ] as [number, Record<string, string>, string][])('status %i with %j is %s', (status, headers, kind) => {
    const expected = expect.objectContaining({ kind, status }) as unknown;
    expect(ofError(httpError(status, headers))).toEqual(expected);
    expect(ofError(Object.assign(new Error('on the error itself'), { status, headers }))).toEqual(expected);
    expect(ofError(Object.assign(new Error('on the error itself'), { statusCode: status, headers }))).toEqual(expected);
    expect(ofValue(new Response('', { status, headers }))).toEqual(expected);
    expect(ofValue({ status, headers, config: { method: 'get' }, data: '' })).toEqual(expected);
    expect(ofValue({ statusCode: status, headers, body: {} })).toEqual(expected);
  });

  it.each(['x-should-retry', 'stripe-should-retry'])(
    'carries that the provider forbids another attempt with %s',
    (name) => {
      expect(ofError(httpError(500, { [name]: 'false' })).pushback).toBe('never');
      expect(ofError(httpError(500, { [name]: 'true' })).pushback).toBeUndefined();
      expect(ofError(httpError(500)).pushback).toBeUndefined();
    },
  );

  it('carries how long the provider asks to wait', () => {
    expect(ofError(httpError(429, { 'retry-after': '7' }))).toMatchObject({ kind: 'throttled', retryAfterMs: 7000 });
    expect(ofError(httpError(500)).retryAfterMs).toBeUndefined();
  });

  it.each([
    ['get', true],
    ['HEAD', true],
    ['PUT', true],
    ['delete', true],
    ['post', false],
    ['PATCH', false],
  ])('knows whether a %s may be repeated', (method, repeatable) => {
    expect(ofError(httpError(500, {}, method)).repeatable).toBe(repeatable);
    expect(ofError(Object.assign(networkError('ECONNRESET'), { config: { method } })).repeatable).toBe(repeatable);
  });

  it('does not know it where nothing says what was sent', () => {
    expect(ofError(fetchError(networkError('UND_ERR_SOCKET'))).repeatable).toBeUndefined();
  });
});

describe('what a returned value means', () => {
  it.each([
    [undefined],
    [null],
    [0],
    ['text'],
    [[]],
    [{ status: 'paid' }],
    [{ status: 500 }],
    [{ status: 500, headers: 'none' }],
    [{ id: 7, status: 404, headers: {} }],
    [{ statusCode: 500, headers: {} }],
    [new Response('fine')],
    [new Response(null, { status: 304 })],
  ])('success: %p is no failed response', (value) => {
    expect(ofValue(value)).toEqual({ kind: 'success' });
  });
});

describe('what cannot be looked at', () => {
  const getters = {
    get status(): number {
      throw new Error('not loaded yet');
    },
    get response(): object {
      throw new Error('not loaded yet');
    },
  };

  it('is a success when it was returned, and nothing is known about it when it was thrown', () => {
    expect(ofValue(getters)).toEqual({ kind: 'success' });
    expect(ofError(getters)).toEqual({ kind: 'unknown' });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect([ofValue(proxy), ofError(proxy)]).toEqual([{ kind: 'success' }, { kind: 'unknown' }]);
  });

  it.each([
    ['returned', () => getters],
    ['thrown', () => Promise.reject(getters)],
  ])('is the caller’s as it is when it was %s, and the call leaves its bulkhead', async (_how, work) => {
    const provider = createProvider('payments', { bulkhead: { concurrency: 1 } }, { clock: new TestClock() });
    expect(Object.values(await outcomeOf(provider.execute(work)))[0]).toBe(getters);
    expect(provider.snapshot().policies[0]).toMatchObject({ kind: 'bulkhead', active: 0 });
    expect(await provider.execute(() => 'next')).toBe('next');
  });
});

describe('what the engine’s own errors mean', () => {
  it('a timeout speaks of the provider, a refusal of no provider', () => {
    const info = { provider: 'payments', retryAfterMs: 500 };
    expect(ofError(new TimeoutError('attempt', 1000, { provider: 'payments' })).kind).toBe('unknown');
    expect(ofError(new CircuitOpenError('open', info))).toEqual({ kind: 'refused', retryAfterMs: 500 });
  });

  it('the same when they stand in errors of the user’s own', () => {
    const open = new CircuitOpenError('open', { provider: 'payments', retryAfterMs: 500 });
    const outcome = { kind: 'refused', retryAfterMs: 500 };
    expect(ofError(new Error('charge failed', { cause: open }))).toEqual(outcome);
    const asHttp = Object.assign(new Error('unavailable', { cause: new Error('down', { cause: open }) }), {
      status: 503,
    });
    expect(ofError(asHttp)).toEqual(outcome);
    expect(ofError(new Error('not this one', { cause: 'open' })).kind).toBe('unknown');
  });
});

describe('a provider that forbids another attempt', () => {
  const forbidden = { 'x-should-retry': 'false' };

  it('is obeyed, and down nevertheless', async () => {
    const options: ProviderOptions = { retry: {}, circuitBreaker: { window: { consecutive: 3 } } };
    const provider = createProvider('payments', options, { clock: new TestClock() });
    let calls = 0;
    const down = () => (calls++, Promise.reject(httpError(500, forbidden)));
    for (let i = 0; i < 3; i++) await outcomeOf(provider.execute(down));
    expect([calls, provider.circuitBreaker!.state]).toEqual([3, 'open']);
  });

  it('has its 429 close the rate limit for as long as it asks', async () => {
    const provider = createProvider('payments', { rateLimit: { limit: 100 } }, { clock: new TestClock() });
    const limited = httpError(429, { ...forbidden, 'retry-after': '30' });
    await outcomeOf(provider.execute(() => Promise.reject(limited)));
    expect(await outcomeOf(provider.execute(() => 1))).toMatchObject({ error: { retryAfterMs: 30_000 } });
  });

  it('has not said that what may have been done was not: no key keeps it as final', async () => {
    const provider = createProvider('payments', { idempotency: {} }, { clock: new TestClock() });
    let calls = 0;
    const down = () => (calls++, Promise.reject(httpError(500, forbidden)));
    for (let i = 0; i < 2; i++) await outcomeOf(provider.execute(down, { idempotencyKey: 'order-1' }));
    expect(calls).toBe(2);
  });
});

describe('the user’s own classifier', () => {
  const classifyWith = (own: Classify) => createClassifier(new TestClock(), { classify: own });

  it('has the first word, and leaves to the engine what it says nothing about', () => {
    const own = classifyWith(({ ok }) => (ok ? 'contract' : undefined));
    expect(own({ ok: true, value: 1 }).kind).toBe('contract');
    expect(own({ ok: false, error: httpError(429) }).kind).toBe('throttled');
  });

  it('can ask what a GraphQL result means', () => {
    const own = classifyWith((result, { fromGraphql }) =>
      result.ok ? fromGraphql(result.value as object) : undefined,
    );
    const errors = [{ message: 'no', extensions: { code: 'THROTTLED', retryAfterMs: 40 } }];
    expect(own({ ok: true, value: { data: null, errors } })).toEqual({ kind: 'throttled', retryAfterMs: 40 });
    expect(own({ ok: true, value: { data: {} } })).toEqual({ kind: 'success' });
    expect(own({ ok: true, value: { data: {}, errors: [] } })).toEqual({ kind: 'success' });
  });

  it('that gives only a kind keeps the rest of what is known', () => {
    const own = classifyWith(() => 'transient');
    expect(own({ ok: false, error: httpError(500, { 'retry-after': '2' }) })).toEqual({
      kind: 'transient',
      status: 500,
      retryAfterMs: 2000,
      repeatable: true,
    });
  });

  it('may give a whole outcome', () => {
    const outcome = { kind: 'throttled', retryAfterMs: 5 } as const;
    expect(classifyWith(() => outcome)({ ok: true, value: 1 })).toBe(outcome);
  });

  it.each([
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [-5000, 0],
    [1e12, 2_147_483_647],
  ])('that asks to wait %d ms is taken to ask for %d: no wait is for ever', (retryAfterMs, sane) => {
    const outcome = { kind: 'throttled', status: 429, retryAfterMs } as const;
    const own = classifyWith(() => outcome);
    expect(own({ ok: true, value: 1 })).toEqual({ kind: 'throttled', status: 429, retryAfterMs: sane });
  });

  it('that throws has said nothing: the provider’s answer is not turned into a failure, and listeners are told', async () => {
    const classify = () => {
      throw new Error('a bug in the classifier');
    };
    const provider = createProvider(
      'payments',
      { classify, retry: {}, circuitBreaker: {} },
      { clock: new TestClock() },
    );
    const events = recordEvents(provider);
    expect(await provider.execute(() => 'charged')).toBe('charged');
    expect(events.all[0]).toMatchObject({
      type: 'callback.failed',
      detail: { callback: 'classify', reason: 'a bug in the classifier' },
    });
  });

  it.each<[unknown, string]>([
    ['transiet', "'transiet'"],
    ['toString', "'toString'"],
    [{ kind: 'unknwon' }, "'unknwon'"],
    [{ status: 503 }, 'an object'],
    [true, 'true'],
    [Promise.resolve('transient'), 'an instance of Promise'],
    [Promise.reject(new Error('not waited for')), 'an instance of Promise'],
  ])('that says %p has said nothing: what the engine knows holds, and listeners are told', async (word, shown) => {
    const clock = new TestClock();
    const provider = createProvider(
      'payments',
      {
        classify: () => word as 'transient',
        retry: { attempts: 2, backoff: { initial: 0 } },
        circuitBreaker: { window: { consecutive: 2 } },
      },
      { clock },
    );
    const events = recordEvents(provider);
    let calls = 0;
    const failed = outcomeOf(
      provider.execute(() => {
        calls++;
        throw httpError(500);
      }),
    );
    await clock.advance('1s');
    await failed;
    expect([calls, provider.circuitBreaker?.state]).toEqual([2, 'open']);
    expect(events.all[0]).toMatchObject({
      type: 'callback.failed',
      detail: {
        callback: 'classify',
        reason: `classify said ${shown}; known are success, not-sent, throttled, transient, unknown, permanent, unauthorized, contract, invalid, cancelled, refused`,
      },
    });
  });

  it('that says null leaves it to the engine', () => {
    expect(classifyWith(() => null as unknown as undefined)({ ok: false, error: httpError(429) }).kind).toBe(
      'throttled',
    );
  });

  it('decides what the circuit breaker counts', async () => {
    const classify: Classify = ({ ok }) => (ok ? undefined : 'permanent');
    const provider = createProvider(
      'payments',
      { classify, circuitBreaker: { window: { consecutive: 1 } } },
      { clock: new TestClock() },
    );
    await provider.execute(() => Promise.reject(httpError(500))).catch(() => undefined);
    expect(provider.circuitBreaker?.state).toBe('closed');
    provider.reconfigure({ classify: () => 'unknown' });
    await provider.execute(() => 'a value that is a failure');
    expect(provider.circuitBreaker?.state).toBe('open');
  });
});
