import { describe, expect, it } from '@jest/globals';
import { createClassifier, type Classify } from './classifier.js';
import { createProvider } from './create-provider.js';
import { TimeoutError } from './policies/timeout/timeout.error.js';
import { CircuitOpenError } from './policies/circuit-breaker/circuit-open.error.js';
import { httpError, networkError } from './testing/calls.fixture.js';
import { recordEvents } from './testing/record-events.js';
import { TestClock } from './testing/test-clock.js';

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
    ['aborted, by axios', networkError('ERR_CANCELED'), 'cancelled'],
    ['aborted, by fetch', new DOMException('aborted', 'AbortError'), 'cancelled'],
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
    [503, { 'x-should-retry': 'false', 'retry-after': '1' }, 'permanent'],
    [429, { 'x-should-retry': 'true' }, 'throttled'],
    [429, { 'x-should-retry': 'false' }, 'permanent'],
  ] as [number, Record<string, string>, string][])('status %i with %j is %s', (status, headers, kind) => {
    const expected = expect.objectContaining({ kind, status }) as unknown;
    expect(ofError(httpError(status, headers))).toEqual(expected);
    expect(ofError(Object.assign(new Error('on the error itself'), { status, headers }))).toEqual(expected);
    expect(ofError(Object.assign(new Error('on the error itself'), { statusCode: status, headers }))).toEqual(expected);
    expect(ofValue(new Response('', { status, headers }))).toEqual(expected);
    expect(ofValue({ status, headers, config: { method: 'get' }, data: '' })).toEqual(expected);
    expect(ofValue({ statusCode: status, headers, body: {} })).toEqual(expected);
  });

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

describe('what the engine’s own errors mean', () => {
  it('a timeout speaks of the provider, a refusal of nobody', () => {
    const info = { provider: 'payments', retryAfterMs: 500 };
    expect(ofError(new TimeoutError('attempt', 1000, { provider: 'payments' })).kind).toBe('unknown');
    expect(ofError(new CircuitOpenError('open', info))).toEqual({ kind: 'refused', retryAfterMs: 500 });
  });
});

describe('the user’s own classifier', () => {
  const classifyWith = (own: Classify) => createClassifier(new TestClock(), () => own);

  it('has the first word, and leaves to the engine what it says nothing about', () => {
    const own = classifyWith(({ ok }) => (ok ? 'contract' : undefined));
    expect(own({ ok: true, value: 1 }).kind).toBe('contract');
    expect(own({ ok: false, error: httpError(429) }).kind).toBe('throttled');
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

  it('that throws has said nothing: the provider’s answer is not turned into a failure, and whoever listens is told', async () => {
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
    expect(events.all[0]).toMatchObject({ type: 'classify.failed', detail: { error: 'a bug in the classifier' } });
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
