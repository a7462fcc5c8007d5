import { describe, expect, it } from '@jest/globals';
import { requestKey } from './request-key.js';

describe('the key in the header of a request', () => {
  it.each([
    ['bare', '8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['quoted, as the draft has it', '"8e03978e-40d5"', '8e03978e-40d5'],
    ['quoted with blanks and escapes', String.raw`"order \"1\" \\"`, String.raw`order "1" \ `.trimEnd()],
    ['with parameters, which say nothing', '"order-1"; v=1', 'order-1'],
    ['between blanks', '  order-1 ', 'order-1'],
    ['of the longest length', 'x'.repeat(255), 'x'.repeat(255)],
  ])('is read %s', (_what, header, key) => {
    expect(requestKey(header)).toEqual({ key });
  });

  it.each([
    ['empty', ''],
    ['an empty string', '""'],
    ['two of them', 'order-1, order-2'],
    ['two strings', '"order-1", "order-2"'],
    ['open', '"order-1'],
    ['with a blank', 'order 1'],
    ['with a control character', '"order\u0001"'],
    ['of more than Latin', 'bestellung-€'],
    ['too long', 'x'.repeat(256)],
    ['a list', ['order-1']],
  ])('is malformed when it is %s', (_what, header) => {
    expect(requestKey(header)).toBe('malformed');
  });

  it('is missing without a header', () => {
    expect(requestKey(undefined)).toBe('missing');
  });
});
