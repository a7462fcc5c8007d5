import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import CachePolicy from 'http-cache-semantics';
import { responseLifetime } from './response-lifetime.js';

const NOW = Date.UTC(2026, 0, 1);
const http = (ms: number) => new Date(ms).toUTCString();

/** The library by itself, at a time of the spec's. */
class PolicyAt extends CachePolicy {
  static time = NOW;

  now(): number {
    return PolicyAt.time;
  }
}

const seconds = fc.integer({ min: 0, max: 400 });
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const answers = fc.record({
  status: fc.constantFrom(200, 203, 204, 301, 302, 307, 308, 404, 405, 410, 414, 418, 500, 501, 503),
  maxAge: optional(seconds),
  // Not must-revalidate, by which the library has also a fresh answer validated (RFC 9111 §5.2.2.2 does not).
  flags: fc.subarray(['private', 'public', 'no-store', 'no-cache', 's-maxage=10', 'x-own']),
  expires: optional(seconds.map((s) => http(NOW + (s - 100) * 1000))),
  date: optional(seconds.map((s) => http(NOW - s * 1000))),
  lastModified: optional(seconds.map((s) => http(NOW - s * 10_000))),
  age: optional(seconds.map(String)),
  heuristic: fc.constantFrom(0, 0.1, 0.5),
});

describe('the lifetime of an answer', () => {
  it('is that of http-cache-semantics for a single user, at every age', () => {
    fc.assert(
      fc.property(answers, seconds, (given, passed) => {
        const control = [...given.flags, ...(given.maxAge === undefined ? [] : [`max-age=${given.maxAge}`])];
        const fields = {
          'cache-control': control.length === 0 ? undefined : control.join(', '),
          expires: given.expires,
          date: given.date ?? http(NOW),
          'last-modified': given.lastModified,
          age: given.age,
        };
        const headers = Object.fromEntries(
          Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined),
        );
        PolicyAt.time = NOW;
        const request = { method: 'GET', headers: {} };
        const options = { shared: false, cacheHeuristic: given.heuristic };
        const policy = new PolicyAt(request, { status: given.status, headers }, options);
        const { heuristic, status } = given;
        const lifetime = responseLifetime({ method: 'GET', status, headers }, NOW, { heuristic });
        expect(lifetime !== undefined).toBe(policy.storable());
        if (lifetime === undefined) return;
        PolicyAt.time = NOW + passed * 1000;
        expect(lifetime.freshFor).toBeCloseTo(policy.maxAge(), 6);
        const isFresh = lifetime.age + passed < lifetime.freshFor;
        expect(isFresh).toBe(policy.satisfiesWithoutRevalidation(request));
      }),
      { numRuns: 2000 },
    );
  });

  it('is told as the answer says it, with the times for which it may be stale', () => {
    const control = 'max-age=60, stale-while-revalidate=30, stale-if-error=600';
    const headers = { 'Cache-Control': control, Age: '5' };
    expect(responseLifetime({ method: 'GET', status: 200, headers }, NOW)).toEqual({
      freshFor: 60,
      age: 5,
      mayBeStale: true,
      staleWhileRevalidate: 30,
      staleIfError: 600,
    });
  });

  it.each([
    ['must-revalidate', false],
    ['no-cache', false],
    ['private', true],
  ])('%s says whether an answer may be stale: %p', (directive, mayBeStale) => {
    const headers = new Headers({ 'cache-control': `${directive}, max-age=1` });
    expect(responseLifetime({ method: 'GET', status: 200, headers }, NOW)).toMatchObject({ mayBeStale });
  });

  it.each([
    ['a POST', { method: 'POST', status: 200, headers: {} }],
    ['no-store', { method: 'GET', status: 200, headers: { 'cache-control': 'no-store' } }],
    ['a request with no-store', { method: 'GET', status: 200, headers: {}, requestControl: 'No-Store' }],
    ['a part', { method: 'GET', status: 206, headers: { 'cache-control': 'max-age=60' } }],
    ['an answer that varies by everything', { method: 'GET', status: 200, headers: { vary: 'accept, *' } }],
  ])('is none for %s', (_name, answer) => {
    expect(responseLifetime(answer, NOW)).toBeUndefined();
  });
});
