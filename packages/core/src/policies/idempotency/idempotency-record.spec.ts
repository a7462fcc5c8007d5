import { describe, expect, it } from '@jest/globals';
import { restoredError, storedError } from './idempotency-record.js';

describe('an error in the store', () => {
  it('is what tells a caller apart which it was, and nothing of the request', () => {
    const declined = Object.assign(new TypeError('declined'), {
      code: 'card_declined',
      status: 402,
      config: { headers: { authorization: 'Bearer secret' } },
      response: { status: 402, data: { decline: 'funds' }, headers: { 'set-cookie': 'secret' } },
    });
    expect(storedError(declined)).toEqual({
      name: 'TypeError',
      message: 'declined',
      code: 'card_declined',
      status: 402,
      response: { status: 402, data: { decline: 'funds' } },
    });
  });

  it.each([
    [new Error('down'), { name: 'Error', message: 'down' }],
    ['just text', { name: 'Error', message: 'just text' }],
    [undefined, { name: 'Error', message: 'undefined' }],
    [null, { name: 'Error', message: 'null' }],
    [
      { name: 5, message: { en: 'down' } },
      { name: 'Error', message: '[object Object]' },
    ],
  ])('has a name and a message, whatever was thrown: %p', (thrown, stored) => {
    const kept = storedError(thrown);
    expect(kept).toEqual(stored);
    expect(kept).not.toHaveProperty('response');
  });

  it('comes back as an error that says it is a replay', () => {
    const restored = restoredError({ name: 'CardError', message: 'declined', code: 'card_declined', status: 402 });
    expect(restored).toBeInstanceOf(Error);
    expect({ ...restored, message: restored.message }).toEqual({
      name: 'CardError',
      message: 'declined',
      code: 'card_declined',
      status: 402,
      replayed: true,
    });
  });
});
