import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { cacheKind } from './cache.kind.js';
import { cacheSchema } from './cache.options.js';

const DURATION = "expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds";

function faultsOf(given: object): readonly string[] {
  const { faults } = readSettings(cacheSchema, { ttl: '1m', ...given }, 'cache');
  return faults?.map(({ path, message }) => `${path}: ${message}`) ?? [];
}

describe('the settings of a cache', () => {
  it('have the defaults that are documented', () => {
    expect(readSettings(cacheSchema, { ttl: '1m' }, '').settings).toMatchObject({
      staleWhileRevalidate: 0,
      staleIfError: 0,
      staleWhileLimited: 0,
      earlyRefresh: { beta: 0 },
      errors: false,
      varyOnCredential: true,
      honorCacheControl: false,
      clone: false,
    });
  });

  it.each<[object, string]>([
    [{ errors: { ttl: 0 } }, `errors.ttl: 0 given; ${DURATION} of at least 1 ms`],
    [{ shared: { localTtl: 0 } }, `shared.localTtl: 0 given; ${DURATION} of at least 1 ms`],
    [{ shared: { lease: 99 } }, `shared.lease: 99 given; ${DURATION} of at least 100 ms`],
    [{ vary: 'user' }, "vary: 'user' given; expected a function of the arguments, for example () => userId()"],
    [
      { tags: 'product' },
      "tags: 'product' given; expected a list of tags, or a function of the result and the arguments, for example (product) => ['product:' + product.id]",
    ],
  ])('refuse %j', (given, fault) => {
    expect(faultsOf(given)).toEqual([`cache.${fault}`]);
  });

  it('name the kinds of failures that can be kept', () => {
    expect(faultsOf({ errors: true })[0]).toContain("kinds: ['permanent'] }; kinds are permanent, ");
  });
});

describe('a cache', () => {
  it('does not stand around a method that returns a stream, which one caller reads', () => {
    expect(cacheKind.fitsStreams).toBe(false);
    const { settings } = readSettings(cacheSchema, { ttl: '1m' }, '');
    expect(cacheKind.specs(settings).map(({ fitsStreams }) => fitsStreams)).toEqual([false]);
  });
});
