import { describe, expect, it } from '@jest/globals';
import { messageOf } from './message-of.js';

describe('messageOf', () => {
  it.each([
    [new Error('down'), 'down'],
    ['down', 'down'],
    [undefined, 'undefined'],
    [Symbol('down'), 'Symbol(down)'],
    [Object.create(null), 'something that cannot be put into words'],
  ])('puts %p into words', (error, message) => {
    expect(messageOf(error)).toBe(message);
  });
});
