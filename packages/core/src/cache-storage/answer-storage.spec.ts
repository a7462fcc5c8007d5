import { describe, expect, it } from '@jest/globals';
import type { KeptAnswer } from './answer-shelf.js';
import { AnswerStorage } from './answer-storage.js';

const answer = (bytes: number, ...tags: string[]): KeptAnswer => ({ bytes, tags });

describe('the answers of a provider', () => {
  it('are bounded in number, and the least recently used make room', () => {
    const shelf = new AnswerStorage().shelf({ maxEntries: 2, maxBytes: 1000 });
    shelf.set('a', answer(1));
    shelf.set('b', answer(1));
    shelf.get('a');
    shelf.set('c', answer(1));
    expect(['a', 'b', 'c'].map((key) => shelf.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('are bounded in bytes, and one that is larger than all of them together is not kept', () => {
    const shelf = new AnswerStorage().shelf({ maxEntries: 10, maxBytes: 100 });
    expect(shelf.set('a', answer(60))).toBe(true);
    expect(shelf.set('b', answer(60))).toBe(true);
    expect(shelf).toMatchObject({ entries: 1, bytes: 60 });
    expect(shelf.set('b', answer(101))).toBe(false);
    expect(shelf.get('b')).toBeUndefined();
  });

  it('share one bound of bytes: the shelf that holds the most makes room', () => {
    const storage = new AnswerStorage();
    const large = storage.shelf({ maxEntries: 10, maxBytes: 100 });
    const small = storage.shelf({ maxEntries: 10, maxBytes: 50 });
    large.set('a', answer(40));
    large.set('b', answer(40));
    small.set('c', answer(30));
    expect([large.bytes, small.bytes]).toEqual([40, 30]);
    expect(large.get('b')).toBeDefined();
    small.set('d', answer(20));
    expect([large.bytes, small.bytes]).toEqual([40, 50]);
  });

  it('are forgotten by what they are about', () => {
    const shelf = new AnswerStorage().shelf({ maxEntries: 10, maxBytes: 100 });
    shelf.set('a', answer(1, 'x', 'y'));
    shelf.set('b', answer(1, 'y'));
    expect(shelf.forget(({ tags }) => tags.includes('x'))).toBe(1);
    expect(shelf.entries).toBe(1);
    expect(shelf.delete('b')).toBe(true);
  });

  it('are kept as far as they fit when the bounds change', () => {
    const shelf = new AnswerStorage().shelf({ maxEntries: 3, maxBytes: 100 });
    for (const key of ['a', 'b', 'c']) shelf.set(key, answer(10));
    shelf.resize({ maxEntries: 2, maxBytes: 100 });
    expect(['a', 'b', 'c'].map((key) => shelf.get(key) !== undefined)).toEqual([false, true, true]);
    shelf.resize({ maxEntries: 2, maxBytes: 15 });
    expect(shelf).toMatchObject({ entries: 1, bytes: 10 });
  });
});
