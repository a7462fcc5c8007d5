import { describe, expect, it } from '@jest/globals';
import { isHeaderName } from './header-name.js';

describe('the name of a header', () => {
  it.each(['Idempotency-Key', 'x-key', '5', "!#$%&'*+-.^_`|~aZ09"])('may be %j', (name) => {
    expect(isHeaderName(name)).toBe(true);
  });

  it.each([
    '',
    ' ',
    'Idempotency Key',
    ' Idempotency-Key',
    'Idempotency-Key\n',
    'Idempotency-Key\r\nX-Other: 1',
    'Idempotency-Key:',
    'Schlüssel',
    'a"b',
    'a(b)',
    Number.NaN,
    5,
    undefined,
    ['X-Key'],
  ])('is not %j', (name) => {
    expect(isHeaderName(name)).toBe(false);
  });
});
