import type { Duration } from '@breakwater/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpOptions } from '@breakwater/nestjs';
import { CachingClients, CLIENTS, type Asked } from './caching-clients.fixture.js';
import type { HeaderFields } from './dated-server.fixture.js';

/**
 * The fate of the second of two requests: it gets the first one's answer without a request (`given`), or after the
 * provider has said that it is still good (`validated`), or another answer (`asked`; `replaced`, where the provider was
 * asked whether the first one is still good).
 */
type Fate = 'given' | 'validated' | 'asked' | 'replaced';

interface Row {
  readonly rule: string;
  /** The answer of the provider to the first request. */
  readonly of?: HeaderFields;
  readonly status?: number;
  readonly first?: Asked;
  readonly after?: Duration;
  readonly second?: Asked;
  /** The answer to the second, where it is no 304 and another than the first. */
  readonly then?: HeaderFields;
  readonly changed?: boolean;
  readonly cache?: HttpOptions['cache'];
  readonly is: Fate;
}

/** The time of the test's clock: 2026-01-01. */
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toUTCString();
const FRESH = { 'cache-control': 'max-age=60' };
const ETAG = { etag: '"v1"' };
const MODIFIED = { 'last-modified': at(-1000) };

const ROWS: readonly Row[] = [
  // §3: what may be kept
  { rule: 'keeps an answer with max-age', of: FRESH, is: 'given' },
  {
    rule: 'keeps a private answer: it is the cache of one user',
    of: { 'cache-control': 'private, max-age=60' },
    is: 'given',
  },
  { rule: 'does not keep what says no-store', of: { 'cache-control': 'max-age=60, no-store' }, is: 'asked' },
  {
    rule: 'does not keep the answer to a request that says no-store',
    of: FRESH,
    first: { headers: { 'Cache-Control': 'no-store' } },
    is: 'asked',
  },
  {
    rule: 'does not give a kept answer to a request that says no-store',
    of: FRESH,
    second: { headers: { 'Cache-Control': 'no-store' } },
    is: 'asked',
  },
  {
    rule: 'keeps the answer to a request with Authorization',
    of: FRESH,
    first: { headers: { Authorization: 'Bearer a' } },
    second: { headers: { Authorization: 'Bearer a' } },
    is: 'given',
  },
  { rule: 'keeps a 404 that says for how long', of: FRESH, status: 404, is: 'given' },
  { rule: 'keeps a 410 that says for how long', of: FRESH, status: 410, is: 'given' },
  { rule: 'keeps a 203', of: FRESH, status: 203, is: 'given' },
  { rule: 'keeps a 204', of: FRESH, status: 204, is: 'given' },
  { rule: 'does not keep a 500, whatever it says', of: FRESH, status: 500, is: 'asked' },
  { rule: 'does not keep a 503, whatever it says', of: FRESH, status: 503, is: 'asked' },
  { rule: 'does not keep a 429, whatever it says', of: FRESH, status: 429, is: 'asked' },
  { rule: 'does not keep a 401, whatever it says', of: FRESH, status: 401, is: 'asked' },
  { rule: 'does not keep a status that it does not know', of: FRESH, status: 299, is: 'asked' },
  {
    rule: 'does not keep a part of a representation',
    of: { ...FRESH, 'content-range': 'bytes 0-7/8' },
    status: 206,
    is: 'asked',
  },
  { rule: 'does not keep an answer that sets a cookie', of: { ...FRESH, 'set-cookie': 'a=b' }, is: 'asked' },
  { rule: 'does not keep a stream of events', of: { ...FRESH, 'content-type': 'text/event-stream' }, is: 'asked' },
  { rule: 'does not keep what says nothing of its lifetime and has no validator', of: {}, is: 'asked' },
  {
    rule: 'does not answer a request for a range',
    of: FRESH,
    second: { headers: { Range: 'bytes=0-3' } },
    is: 'asked',
  },
  // §4.2: freshness
  { rule: 'gives an answer until its max-age is over', of: FRESH, after: '59s', is: 'given' },
  { rule: 'does not give it from then on', of: FRESH, after: '60s', is: 'asked' },
  { rule: 'gives an answer until it expires', of: { expires: at(60) }, after: '59s', is: 'given' },
  { rule: 'does not give it once it has expired', of: { expires: at(60) }, after: '60s', is: 'asked' },
  { rule: 'takes max-age before Expires', of: { ...FRESH, expires: at(5) }, after: '30s', is: 'given' },
  {
    rule: 'takes max-age before Expires, where that says longer',
    of: { 'cache-control': 'max-age=5', expires: at(60) },
    after: '30s',
    is: 'asked',
  },
  {
    rule: 'ignores s-maxage: it speaks to shared caches',
    of: { 'cache-control': 's-maxage=5, max-age=60' },
    after: '30s',
    is: 'given',
  },
  { rule: 'counts from the answer’s Date', of: { date: at(-100), expires: at(-40) }, after: '59s', is: 'given' },
  { rule: 'takes Expires: 0 for the past', of: { expires: '0' }, is: 'asked' },
  { rule: 'takes an Expires that is no date for the past', of: { expires: 'in an hour' }, is: 'asked' },
  { rule: 'takes Expires: -1 for the past', of: { expires: '-1' }, is: 'asked' },
  {
    rule: 'counts the time that an answer has spent in other caches',
    of: { ...FRESH, age: '30' },
    after: '29s',
    is: 'given',
  },
  { rule: 'does not give it once both are over', of: { ...FRESH, age: '30' }, after: '30s', is: 'asked' },
  { rule: 'ignores an Age that is no number', of: { ...FRESH, age: 'old' }, after: '59s', is: 'given' },
  { rule: 'reads names of directives in any case', of: { 'cache-control': 'MAX-AGE=60' }, after: '30s', is: 'given' },
  { rule: 'reads an argument in quotes', of: { 'cache-control': 'max-age="60"' }, after: '30s', is: 'given' },
  {
    rule: 'takes the first of several max-age',
    of: { 'cache-control': 'max-age=5, max-age=60' },
    after: '30s',
    is: 'asked',
  },
  { rule: 'takes a max-age that is no number for stale', of: { 'cache-control': 'max-age=soon' }, is: 'asked' },
  { rule: 'takes a negative max-age for stale', of: { 'cache-control': 'max-age=-60' }, is: 'asked' },
  { rule: 'takes a max-age with a part of a second for stale', of: { 'cache-control': 'max-age=60.5' }, is: 'asked' },
  {
    rule: 'gives an answer with a max-age beyond all numbers',
    of: { 'cache-control': 'max-age=99999999999999999999' },
    after: '365d',
    is: 'given',
  },
  {
    rule: 'does not read a directive in the argument of another',
    of: { 'cache-control': 'x="max-age=60"' },
    is: 'asked',
  },
  { rule: 'does not read one after a comma in it either', of: { 'cache-control': 'x="a, max-age=60"' }, is: 'asked' },
  {
    rule: 'ignores directives that it does not know',
    of: { 'cache-control': 'x-own, max-age=60, immutable' },
    after: '30s',
    is: 'given',
  },
  { rule: 'guesses no lifetime unless it is asked to', of: MODIFIED, is: 'validated' },
  {
    rule: 'guesses a tenth of the time since Last-Modified, where the settings say so',
    of: MODIFIED,
    cache: { heuristic: 0.1 },
    after: '99s',
    is: 'given',
  },
  { rule: 'guesses no more than that', of: MODIFIED, cache: { heuristic: 0.1 }, after: '100s', is: 'validated' },
  {
    rule: 'gives an answer that says nothing for the ttl of the settings',
    of: {},
    cache: { ttl: '10s' },
    after: '9s',
    is: 'given',
  },
  { rule: 'gives it no longer', of: {}, cache: { ttl: '10s' }, after: '10s', is: 'asked' },
  {
    rule: 'takes the answer’s word before the ttl of the settings',
    of: { 'cache-control': 'max-age=1' },
    cache: { ttl: '10s' },
    after: '5s',
    is: 'asked',
  },
  // §4.3: validation
  {
    rule: 'asks whether a stale answer with an ETag is still good',
    of: { ...FRESH, ...ETAG },
    after: '61s',
    is: 'validated',
  },
  { rule: 'asks whether one with a weak ETag is', of: { ...FRESH, etag: 'W/"v1"' }, after: '61s', is: 'validated' },
  { rule: 'asks whether one with a Last-Modified is', of: { ...FRESH, ...MODIFIED }, after: '61s', is: 'validated' },
  { rule: 'gives the new one where it is not', of: { ...FRESH, ...ETAG }, after: '61s', changed: true, is: 'replaced' },
  {
    rule: 'validates what says no-cache before each use',
    of: { 'cache-control': 'no-cache, max-age=60', ...ETAG },
    is: 'validated',
  },
  {
    rule: 'validates what says no-cache of a header, too',
    of: { 'cache-control': 'no-cache="set-cookie", max-age=60', ...ETAG },
    is: 'validated',
  },
  { rule: 'validates what says max-age=0', of: { 'cache-control': 'max-age=0', ...ETAG }, is: 'validated' },
  {
    rule: 'validates what says must-revalidate once it is stale',
    of: { 'cache-control': 'max-age=60, must-revalidate', ...ETAG },
    after: '61s',
    is: 'validated',
  },
  {
    rule: 'gives what says must-revalidate while it is fresh',
    of: { 'cache-control': 'max-age=60, must-revalidate', ...ETAG },
    after: '59s',
    is: 'given',
  },
  {
    rule: 'validates what says Pragma: no-cache alone',
    of: { pragma: 'no-cache', ...ETAG },
    cache: { ttl: '1m' },
    is: 'validated',
  },
  { rule: 'ignores Pragma beside Cache-Control', of: { pragma: 'no-cache', ...FRESH }, is: 'given' },
  // §4.1: Vary
  {
    rule: 'gives an answer to a request with the same headers that it varies by',
    of: { ...FRESH, vary: 'Accept-Language' },
    first: { headers: { 'Accept-Language': 'de' } },
    second: { headers: { 'accept-language': 'de' } },
    is: 'given',
  },
  {
    rule: 'does not give it to one with others',
    of: { ...FRESH, vary: 'Accept-Language' },
    first: { headers: { 'Accept-Language': 'de' } },
    second: { headers: { 'Accept-Language': 'fr' } },
    is: 'asked',
  },
  {
    rule: 'does not give it to one without',
    of: { ...FRESH, vary: 'accept, ACCEPT-language' },
    first: { headers: { 'Accept-Language': 'de' } },
    second: {},
    is: 'asked',
  },
  { rule: 'never gives an answer that varies by everything', of: { ...FRESH, vary: '*' }, is: 'asked' },
  { rule: 'never gives one that varies by everything, among others', of: { ...FRESH, vary: 'accept, *' }, is: 'asked' },
  {
    rule: 'gives unpacked content whatever encodings are accepted',
    of: { ...FRESH, vary: 'Accept-Encoding' },
    second: { headers: { 'Accept-Encoding': 'identity' } },
    is: 'given',
  },
  {
    rule: 'gives an answer to every language where it does not vary',
    of: FRESH,
    first: { headers: { 'Accept-Language': 'de' } },
    second: { headers: { 'Accept-Language': 'fr' } },
    is: 'given',
  },
  // §4: which request
  {
    rule: 'tells URLs apart by their query',
    of: FRESH,
    first: { path: '/?a=1' },
    second: { path: '/?a=2' },
    is: 'asked',
  },
  {
    rule: 'takes URLs with other fragments for the same',
    of: FRESH,
    first: { path: '/#a' },
    second: { path: '/#b' },
    is: 'given',
  },
  {
    rule: 'tells credentials apart',
    of: FRESH,
    first: { headers: { Authorization: 'Bearer a' } },
    second: { headers: { Authorization: 'Bearer b' } },
    is: 'asked',
  },
  { rule: 'tells a credential from none', of: FRESH, first: { headers: { Authorization: 'Bearer a' } }, is: 'asked' },
  {
    rule: 'tells cookies apart',
    of: FRESH,
    first: { headers: { Cookie: 'a=1' } },
    second: { headers: { Cookie: 'a=2' } },
    is: 'asked',
  },
  {
    rule: 'tells headers apart of which it knows nothing',
    of: FRESH,
    first: { headers: { 'X-Account': '1' } },
    second: { headers: { 'X-Account': '2' } },
    is: 'asked',
  },
  {
    rule: 'does not tell apart those that the settings ignore',
    of: FRESH,
    cache: { ignoreHeaders: ['X-Source'] },
    first: { headers: { 'X-Source': '1' } },
    second: { headers: { 'x-source': '2' } },
    is: 'given',
  },
  {
    rule: 'does not tell traces apart',
    of: FRESH,
    first: { headers: { 'X-Request-Id': '1' } },
    second: { headers: { 'X-Request-Id': '2' } },
    is: 'given',
  },
  // §5.2.1: the request's word
  {
    rule: 'asks again for a request that says no-cache',
    of: { ...FRESH, ...ETAG },
    second: { headers: { 'Cache-Control': 'no-cache' } },
    is: 'validated',
  },
  {
    rule: 'asks again for a request that says Pragma: no-cache',
    of: { ...FRESH, ...ETAG },
    second: { headers: { Pragma: 'no-cache' } },
    is: 'validated',
  },
  {
    rule: 'asks again for a request that says max-age=0',
    of: { ...FRESH, ...ETAG },
    second: { headers: { 'Cache-Control': 'max-age=0' } },
    is: 'validated',
  },
  {
    rule: 'gives what is younger than the request’s max-age',
    of: FRESH,
    after: '10s',
    second: { headers: { 'Cache-Control': 'max-age=10' } },
    is: 'given',
  },
  {
    rule: 'does not give what is older',
    of: FRESH,
    after: '11s',
    second: { headers: { 'Cache-Control': 'max-age=10' } },
    is: 'asked',
  },
  {
    rule: 'gives what stays fresh for min-fresh',
    of: FRESH,
    after: '30s',
    second: { headers: { 'Cache-Control': 'min-fresh=30' } },
    is: 'given',
  },
  {
    rule: 'does not give what does not',
    of: FRESH,
    after: '31s',
    second: { headers: { 'Cache-Control': 'min-fresh=30' } },
    is: 'asked',
  },
  {
    rule: 'gives what is stale for no longer than max-stale',
    of: FRESH,
    after: '70s',
    second: { headers: { 'Cache-Control': 'max-stale=10' } },
    is: 'given',
  },
  {
    rule: 'does not give what is stale for longer',
    of: FRESH,
    after: '71s',
    second: { headers: { 'Cache-Control': 'max-stale=10' } },
    is: 'asked',
  },
  {
    rule: 'gives anything stale by max-stale alone',
    of: FRESH,
    after: '1d',
    second: { headers: { 'Cache-Control': 'max-stale' } },
    is: 'given',
  },
  {
    rule: 'does not give what must be revalidated by max-stale',
    of: { 'cache-control': 'max-age=60, must-revalidate', ...ETAG },
    after: '61s',
    second: { headers: { 'Cache-Control': 'max-stale' } },
    is: 'validated',
  },
  {
    rule: 'gives what is there to only-if-cached',
    of: FRESH,
    second: { headers: { 'Cache-Control': 'only-if-cached' } },
    is: 'given',
  },
  {
    rule: 'leaves a request with a validator of its own alone',
    of: { ...FRESH, etag: '"v0"' },
    second: { headers: { 'If-None-Match': '"v0"' } },
    changed: true,
    is: 'replaced',
  },
  // Fetch: cache modes
  { rule: 'cache: no-store goes past the cache', of: FRESH, second: { cache: 'no-store' }, is: 'asked' },
  { rule: 'cache: no-store keeps nothing', of: FRESH, first: { cache: 'no-store' }, is: 'asked' },
  {
    rule: 'cache: reload asks without validators',
    of: { ...FRESH, ...ETAG },
    second: { cache: 'reload' },
    is: 'asked',
  },
  { rule: 'cache: reload keeps the answer', of: FRESH, first: { cache: 'reload' }, is: 'given' },
  {
    rule: 'cache: no-cache validates what is fresh',
    of: { ...FRESH, ...ETAG },
    second: { cache: 'no-cache' },
    is: 'validated',
  },
  {
    rule: 'cache: force-cache gives what is stale',
    of: { ...FRESH, ...ETAG },
    after: '1d',
    second: { cache: 'force-cache' },
    is: 'given',
  },
  {
    rule: 'cache: only-if-cached gives what is stale',
    of: { ...FRESH, ...ETAG },
    after: '1d',
    second: { cache: 'only-if-cached' },
    is: 'given',
  },
];

describe.each(CLIENTS)('the cache of %s, by RFC 9111', (client) => {
  let clients: CachingClients;

  beforeEach(async () => {
    clients = new CachingClients();
    await clients.server.listen();
  });
  afterEach(() => clients.close());

  it.each(ROWS)(
    '$rule',
    async ({ of = {}, status = 200, first, after, second, then = of, changed, cache = true, is }) => {
      const { server, clock } = clients;
      const { ask } = await clients.start(client, { http: { cache } });
      const isConditional = (headers: Readonly<Record<string, unknown>>) =>
        headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined;
      server.gives(of, status);
      const before = await ask(first);
      if (after !== undefined) await clock.advance(after);
      server.answer = (request, response) =>
        isConditional(request.headers) && changed !== true
          ? server.send(request, response, then, 304)
          : server.send(request, response, then, status);
      const answer = await ask(second);
      const asked = server.requests[1] && (isConditional(server.requests[1].headers) ? 'conditionally' : 'plainly');
      const isFirst = answer.text === before.text && answer.status === before.status;
      const expected = {
        given: { asked: undefined, isFirst: true },
        validated: { asked: 'conditionally', isFirst: true },
        asked: { asked: 'plainly', isFirst: status === 204 },
        replaced: { asked: 'conditionally', isFirst: false },
      }[is];
      expect({ asked, isFirst }).toEqual(expected);
      const isHit = answer.header('cache-status')?.startsWith('breakwater; hit') === true;
      expect([isHit, isHit && answer.header('age') !== null]).toEqual([is === 'given', is === 'given']);
    },
  );
});
