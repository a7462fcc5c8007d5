import { describe, expect, it } from '@jest/globals';
import { keyPlace } from './key-place.js';

describe('the place of an idempotency key', () => {
  it.each([
    [{}, { header: 'Idempotency-Key', fields: [] }],
    [{ header: 'X-Key' }, { header: 'X-Key', fields: [] }],
    [{ header: false }, { header: undefined, fields: [] }],
    [{ body: 'meta.key' }, { header: undefined, fields: [['meta', 'key']] }],
    [{ variable: 'input.key' }, { header: undefined, fields: [['variables', 'input', 'key']] }],
    [
      { header: 'X-Key', body: 'key', variable: 'key' },
      { header: 'X-Key', fields: [['key'], ['variables', 'key']] },
    ],
  ] as const)('by %j', (said, place) => {
    expect(keyPlace(said)).toEqual(place);
  });
});
