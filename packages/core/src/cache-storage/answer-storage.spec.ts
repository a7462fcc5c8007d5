import { describe, expect, it } from '@jest/globals';
import type { KeptAnswer } from './answer-region.js';
import { AnswerStorage } from './answer-storage.js';

const answer = (bytes: number, ...tags: string[]): KeptAnswer => ({ bytes, tags });

describe('the answers of a provider', () => {
  it('are bounded in number, and the least recently used make room', () => {
    const region = new AnswerStorage().region({ maxEntries: 2, maxBytes: 1000 });
    region.set('a', answer(1));
    region.set('b', answer(1));
    region.get('a');
    region.set('c', answer(1));
    expect(['a', 'b', 'c'].map((key) => region.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('are bounded in bytes, and one that is larger than all of them together is not kept', () => {
    const region = new AnswerStorage().region({ maxEntries: 10, maxBytes: 100 });
    expect(region.set('a', answer(60))).toBe(true);
    expect(region.set('b', answer(60))).toBe(true);
    expect(region).toMatchObject({ entries: 1, bytes: 60 });
    expect(region.set('b', answer(101))).toBe(false);
    expect(region.get('b')).toBeUndefined();
  });

  it('share one bound of bytes: the region that holds the most makes room', () => {
    const storage = new AnswerStorage();
    const large = storage.region({ maxEntries: 10, maxBytes: 100 });
    const small = storage.region({ maxEntries: 10, maxBytes: 50 });
    large.set('a', answer(40));
    large.set('b', answer(40));
    small.set('c', answer(30));
    expect([large.bytes, small.bytes]).toEqual([40, 30]);
    expect(large.get('b')).toBeDefined();
    small.set('d', answer(20));
    expect([large.bytes, small.bytes]).toEqual([40, 50]);
  });

  it('are forgotten by what they are about', () => {
    const region = new AnswerStorage().region({ maxEntries: 10, maxBytes: 100 });
    region.set('a', answer(1, 'x', 'y'));
    region.set('b', answer(1, 'y'));
    expect(region.forget(({ tags }) => tags.includes('x'))).toBe(1);
    expect(region.entries).toBe(1);
    expect(region.delete('b')).toBe(true);
  });

  it('are kept as far as they fit when the bounds change', () => {
    const region = new AnswerStorage().region({ maxEntries: 3, maxBytes: 100 });
    for (const key of ['a', 'b', 'c']) region.set(key, answer(10));
    region.resize({ maxEntries: 2, maxBytes: 100 });
    expect(['a', 'b', 'c'].map((key) => region.get(key) !== undefined)).toEqual([false, true, true]);
    region.resize({ maxEntries: 2, maxBytes: 15 });
    expect(region).toMatchObject({ entries: 1, bytes: 10 });
  });
});
