import { describe, expect, it } from '@jest/globals';
import { LineTail } from './line-tail.js';

describe('LineTail', () => {
  it('puts lines together from pieces', () => {
    const tail = new LineTail(10);
    for (const piece of ['payments listening on http://127.0.0.1:30', '01\nnext']) tail.add(piece);

    expect(tail.lines).toEqual(['payments listening on http://127.0.0.1:3001']);
    expect(tail.toString()).toBe('payments listening on http://127.0.0.1:3001\nnext');
  });

  it('keeps the last lines', () => {
    const tail = new LineTail(2);
    tail.add('one\ntwo\nthree\n');

    expect(tail.toString()).toBe('two\nthree');
  });
});
