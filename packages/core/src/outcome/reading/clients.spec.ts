import { describe, expect, it } from '@jest/globals';
import { networkError } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { createClassifier } from './classifier.js';

const clock = new TestClock();
const classify = createClassifier(clock);
const ofError = (error: unknown) => classify({ ok: false, error });

function errorWith(fields: object, message = 'failed'): Error {
  return Object.assign(new Error(message), fields);
}

const SPENT = { 'retry-after': '7' };

/** Every way in which clients carry a status and headers, each for any status. */
const SHAPES: [string, (status: number, headers?: Record<string, string>) => Error][] = [
  ['axios', (status, headers = {}) => errorWith({ response: { status, headers }, config: { method: 'get' } })],
  ['got', (statusCode, headers = {}) => errorWith({ response: { statusCode, headers }, options: { method: 'GET' } })],
  ['ky', (status, headers) => errorWith({ response: new Response('', { status, ...(headers && { headers }) }) })],
  ['AWS', (status, headers = {}) => errorWith({ $metadata: { httpStatusCode: status }, $response: { headers } })],
  ['SendGrid', (code, headers = {}) => errorWith({ code, response: { headers, body: {} } })],
  ['HubSpot', (code, headers = {}) => errorWith({ code, headers, body: {} })],
  ['OpenAI', (status, headers = {}) => errorWith({ status, headers: new Headers(headers) })],
  ['Stripe', (statusCode, headers = {}) => errorWith({ statusCode, headers, raw: {} })],
  ['Elastic', (statusCode, headers = {}) => errorWith({ statusCode, meta: { statusCode, headers } })],
  ['undici', (statusCode, headers = {}) => errorWith({ code: 'UND_ERR_RESPONSE_STATUS_CODE', statusCode, headers })],
];

describe.each(SHAPES)('an error of %s', (_name, errorOf) => {
  it.each([
    [400, 'permanent'],
    [401, 'unauthorized'],
    [404, 'permanent'],
    [409, 'permanent'],
    [429, 'throttled'],
    [500, 'unknown'],
    [503, 'unknown'],
  ])('with status %i is %s', (status, kind) => {
    expect(ofError(errorOf(status))).toMatchObject({ kind, status });
    expect(ofError(new Error('mapped', { cause: errorOf(status) }))).toMatchObject({ kind, status });
  });

  it('carries how long to wait, also as a cause of a cause', () => {
    const wrapped = new Error('charge failed', { cause: new Error('mapped', { cause: errorOf(429, SPENT) }) });
    for (const error of [errorOf(429, SPENT), wrapped]) {
      expect(ofError(error)).toMatchObject({ kind: 'throttled', retryAfterMs: 7000 });
    }
    expect(ofError(errorOf(503, SPENT))).toMatchObject({ kind: 'transient', retryAfterMs: 7000 });
  });
});

describe('an error that clients shape in ways of their own', () => {
  it.each([
    ['Twilio: a status alone', errorWith({ status: 404, code: 20_404, moreInfo: '' }), { kind: 'permanent' }],
    [
      'Slack: seconds to wait without a status',
      errorWith({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 }),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    [
      'AWS: throttling under another status, by its name',
      errorWith({ name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }),
      { kind: 'throttled', status: 400 },
    ],
    [
      'AWS: throttling that the service declares',
      errorWith({ $metadata: { httpStatusCode: 400 }, $retryable: { throttling: true } }),
      { kind: 'throttled', status: 400 },
    ],
    [
      'AWS: throttling with 503, by its name',
      errorWith({ name: 'SlowDown', $metadata: { httpStatusCode: 503 } }),
      { kind: 'throttled', status: 503 },
    ],
    [
      'AWS: a request that came too slowly, which is no mistake of the caller',
      errorWith({ name: 'RequestTimeout', $metadata: { httpStatusCode: 400 } }),
      { kind: 'unknown', status: 400 },
    ],
    ['AWS: no answer', errorWith({ code: 'ECONNREFUSED', $metadata: { attempts: 1 } }), { kind: 'not-sent' }],
    [
      'Octokit: a status that it writes where it got no answer',
      Object.assign(
        new Error('failed', { cause: new TypeError('fetch failed', { cause: networkError('ECONNREFUSED') }) }),
        {
          status: 500,
          request: { method: 'POST' },
        },
      ),
      { kind: 'not-sent', repeatable: false },
    ],
    [
      'Stripe: what the network said, in its detail',
      errorWith({ type: 'StripeConnectionError', detail: networkError('ECONNREFUSED', { syscall: 'connect' }) }),
      { kind: 'not-sent' },
    ],
    ...[
      ['Stripe', { statusCode: 429, headers: {}, code: 'lock_timeout', type: 'StripeRateLimitError' }],
      ['axios', { response: { status: 429, headers: {}, data: { error: { code: 'lock_timeout' } } } }],
      ['got', { response: { statusCode: 429, headers: {}, body: { error: { code: 'lock_timeout' } } } }],
    ].map(([name, fields]): [string, Error, object] => [
      `${name as string}: another request holds the object, which spends no quota`,
      errorWith(fields as object),
      { kind: 'transient', status: 429 },
    ]),
    [
      'urql: what the network said, beside no errors of GraphQL',
      errorWith({ graphQLErrors: [], networkError: networkError('ECONNREFUSED', { syscall: 'connect' }) }),
      { kind: 'not-sent' },
    ],
    [
      'Apollo: an answer that is no result',
      errorWith({
        graphQLErrors: [],
        networkError: errorWith({ statusCode: 429, response: { status: 429 }, result: {} }),
      }),
      { kind: 'throttled', status: 429 },
    ],
    [
      'Apollo: the errors of a result whose status is that of a failure',
      errorWith({
        networkError: errorWith({
          statusCode: 400,
          response: { status: 400 },
          result: { errors: [{ message: 'no', extensions: { code: 'UNAUTHENTICATED' } }] },
        }),
      }),
      { kind: 'unauthorized' },
    ],
    [
      'Slack: what the network said, in its original',
      errorWith({ original: networkError('ENOTFOUND') }),
      { kind: 'not-sent' },
    ],
    ['got: cut off while connecting', networkError('ETIMEDOUT', { event: 'connect' }), { kind: 'not-sent' }],
    [
      'got: cut off while it waited for the answer',
      networkError('ETIMEDOUT', { event: 'response' }),
      { kind: 'unknown' },
    ],
    [
      'Nest: an exception of the application',
      errorWith({ status: 404, response: { code: 'NO_SUCH_ORDER' }, getStatus: () => 404 }),
      { kind: 'permanent' },
    ],
    [
      'Nest: the provider’s own answer, behind what the application tells its callers',
      Object.assign(new Error('bad gateway', { cause: errorWith({ response: { status: 404, headers: {} } }) }), {
        getStatus: () => 502,
        response: { message: 'bad gateway' },
      }),
      { kind: 'permanent', status: 404 },
    ],
    [
      'the outermost of several answers',
      errorWith({
        response: { status: 503, headers: {} },
        cause: errorWith({ response: { status: 404, headers: {} } }),
      }),
      { kind: 'unknown', status: 503 },
    ],
    [
      'several answers that are refusals',
      new AggregateError([errorWith({ status: 404, headers: {} }), errorWith({ status: 401, headers: {} })]),
      { kind: 'permanent' },
    ],
    [
      'several answers that ask to wait: as long as any of them',
      new AggregateError([
        errorWith({ status: 429, headers: { 'retry-after': '2' } }),
        errorWith({ status: 429, headers: SPENT }),
      ]),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    [
      'a refusal beside a failure',
      new AggregateError([errorWith({ status: 404, headers: {} }), errorWith({ status: 500, headers: {} })]),
      { kind: 'unknown' },
    ],
    [
      'axios: 304, under the code of a bad answer',
      errorWith({ code: 'ERR_BAD_RESPONSE', response: { status: 304, headers: {} }, config: { method: 'get' } }),
      { kind: 'permanent', status: 304, repeatable: true },
    ],
    [
      'got: a connection that was lost at where a redirect has led',
      errorWith({ code: 'ECONNRESET', response: { statusCode: 308, headers: {} }, options: { method: 'POST' } }),
      { kind: 'unknown' },
    ],
    [
      'got: no connection to where a redirect has led',
      errorWith({ code: 'ECONNREFUSED', response: { statusCode: 303, headers: {} } }),
      { kind: 'not-sent' },
    ],
    [
      'got: a redirect that was not to be followed',
      errorWith({ code: 'ERR_NON_2XX_3XX_RESPONSE', response: { statusCode: 302, headers: {} } }),
      { kind: 'permanent', status: 302 },
    ],
    [
      'Octokit: 304 to a request with conditions',
      errorWith({ status: 304, response: { status: 304, headers: {} } }),
      { kind: 'permanent', status: 304 },
    ],
    [
      'ky: a redirect that it was not to follow',
      errorWith({ response: new Response(null, { status: 307 }) }),
      { kind: 'permanent', status: 307 },
    ],
    [
      'got: a circle of redirects',
      errorWith({ code: 'ERR_TOO_MANY_REDIRECTS', response: { statusCode: 302, headers: {} } }),
      { kind: 'contract' },
    ],
    [
      'axios: a protocol that it does not know',
      errorWith({ code: 'ERR_BAD_REQUEST', config: { method: 'get' } }, 'Unsupported protocol ftp:'),
      { kind: 'invalid' },
    ],
    [
      'node-fetch: a scheme that it does not know',
      new TypeError('node-fetch cannot load ftp://a. URL scheme "ftp" is not supported.'),
      { kind: 'invalid' },
    ],
    [
      'node-fetch: a circle of redirects',
      errorWith({ name: 'FetchError', type: 'max-redirect' }, 'maximum redirect reached at: http://a/'),
      { kind: 'contract' },
    ],
    ...['unknown scheme', 'bad port', 'URL scheme must be a HTTP(S) scheme'].map((text): [string, Error, object] => [
      `fetch: ${text}`,
      new TypeError('fetch failed', { cause: new Error(text) }),
      { kind: 'invalid' },
    ]),
    [
      'fetch: a circle of redirects',
      new TypeError('fetch failed', { cause: new Error('redirect count exceeded') }),
      { kind: 'contract' },
    ],
    [
      'a status with its reason, as text',
      errorWith({ status: '503 Service Unavailable', headers: SPENT }),
      { kind: 'transient', status: 503 },
    ],
    ['a text that begins like a status', errorWith({ status: '404th try' }), { kind: 'unknown' }],
    ['a number that is no status', errorWith({ code: 20_003, headers: {} }), { kind: 'unknown' }],
  ])('%s', (_name, error, expected) => {
    expect(ofError(error)).toMatchObject(expected);
  });

  it.each([
    ['ky', { request: { method: 'POST' } }],
    ['got', { options: { method: 'POST' } }],
    ['gaxios', { config: { method: 'POST' } }],
    ['got, of a request', { request: { options: { method: 'POST' } } }],
  ])('says with which method it was sent: %s', (_name, fields) => {
    expect(ofError(errorWith({ ...fields, response: { status: 500, headers: {} } })).repeatable).toBe(false);
    expect(ofError(errorWith({ ...fields, code: 'ECONNRESET' })).repeatable).toBe(false);
  });
});

describe('an error of which a part throws when it is read', () => {
  const broken = (name: string, fields: object) =>
    Object.defineProperty(errorWith(fields), name, {
      enumerable: true,
      get: () => {
        throw new Error('unreadable');
      },
    });
  const unreadable = {
    get: () => {
      throw new Error('unreadable');
    },
  };

  class OfASdk extends Error {
    get status() {
      return 404;
    }
    get response(): never {
      throw new Error('unreadable');
    }
  }

  it.each([
    ['its response', broken('response', { status: 404 }), { kind: 'permanent', status: 404 }],
    ['its headers', broken('headers', { status: 429 }), { kind: 'throttled', status: 429 }],
    [
      'its code',
      broken('code', { response: { status: 429, headers: SPENT } }),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    ['its cause', broken('cause', { statusCode: 401 }), { kind: 'unauthorized' }],
    ['its response’s headers', errorWith({ response: broken('headers', { status: 404 }) }), { kind: 'permanent' }],
    [
      'one of its headers',
      errorWith({ response: { status: 429, headers: broken('date', SPENT) } }),
      { kind: 'throttled', retryAfterMs: 7000 },
    ],
    ['whatever is asked of its headers', errorWith({ status: 404, headers: unreadable }), { kind: 'permanent' }],
    ['a getter of its class', new OfASdk(), { kind: 'permanent', status: 404 }],
    ['its status, before the network’s code', broken('status', { code: 'ECONNREFUSED' }), { kind: 'not-sent' }],
  ])('is read by the others: %s', (_name, error, expected) => {
    expect(ofError(error)).toMatchObject(expected);
  });
});

describe('a throttled answer without Retry-After', () => {
  const inSeconds = (seconds: number) => String(Math.floor(clock.wallNow() / 1000) + seconds);

  it.each([
    ['an epoch, of a spent quota', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(40) }, 40_000],
    ['seconds, of a spent quota', { 'ratelimit-remaining': '0', 'ratelimit-reset': '40' }, 40_000],
    ['a structured field', { ratelimit: '"default";r=0;t=40' }, 40_000],
    ['the longest of the spent ones', { ratelimit: '"a";r=0;t=40, "b";r=0;t=60, "c";r=7;t=90' }, 60_000],
    ['a reset without what remains', { 'x-ratelimit-reset': '40' }, 40_000],
    [
      'something left of the quota: another limit',
      { 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '40' },
      undefined,
    ],
    ['nothing', {}, undefined],
    ['both: Retry-After wins', { 'retry-after': '2', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' }, 2000],
  ] as [string, Record<string, string>, number | undefined][])('waits for the reset: %s', (_name, headers, ms) => {
    const { retryAfterMs } = ofError(errorWith({ status: 429, headers }));
    // An epoch has whole seconds only.
    expect(retryAfterMs && Math.ceil(retryAfterMs / 1000)).toBe(ms && ms / 1000);
  });

  it('reads a date against when the answer left a cache: its Date and its Age', () => {
    const sent = clock.wallNow() - 50_000;
    const http = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toUTCString();
    const headers = { date: http(sent), age: '50', 'retry-after': http(sent + 55_000) };
    expect(ofError(errorWith({ status: 429, headers })).retryAfterMs).toBe(5000);
    expect(ofError(errorWith({ status: 429, headers: { ...headers, age: 'soon' } })).retryAfterMs).toBe(55_000);
  });
});

describe('an error that refuses to be read', () => {
  const thrower = (): never => {
    throw new Error('not here');
  };

  it.each([
    ['every property', new Proxy(new Error('x'), { get: thrower, has: thrower, getPrototypeOf: thrower })],
    ['its cause', Object.defineProperty(new Error('x'), 'cause', { get: thrower })],
    ['its status', Object.defineProperty(new Error('x'), 'status', { get: thrower })],
    ['the status of its response', errorWith({ response: Object.defineProperty({}, 'status', { get: thrower }) })],
    ['its headers', errorWith({ code: 404, headers: new Proxy({}, { get: thrower, ownKeys: thrower }) })],
    ['its list of errors', Object.defineProperty(new Error('x'), 'errors', { get: thrower })],
    ['what its getStatus says', errorWith({ getStatus: thrower })],
    ['what its metadata says', errorWith({ code: 8, details: 'x', metadata: { get: thrower } })],
    ['an endless list of causes', endless()],
    ['lists of errors within each other', nested()],
    ['nothing at all', Object.create(null)],
    ['a symbol', Symbol('x')],
  ])('by %s leaves the classifier whole', (_name, error) => {
    expect(typeof ofError(error).kind).toBe('string');
    expect(typeof ofError(new Error('wrapped', { cause: error })).kind).toBe('string');
  });

  it('keeps what can be read', () => {
    const error = Object.defineProperty(errorWith({ status: 404, headers: {} }), 'cause', { get: thrower });
    expect(ofError(error).kind).toBe('permanent');
  });

  function endless(): object {
    return new Proxy(new Error('x'), { get: (_target, name) => (name === 'cause' ? endless() : undefined) });
  }

  function nested(): Error {
    const error = Object.assign(new Error('x'), { errors: [] as unknown[] });
    for (let i = 0; i < 100; i++) error.errors.push(error, new Error('y'));
    return error;
  }
});
