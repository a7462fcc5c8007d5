import { describe, expect, it } from '@jest/globals';
import { liveCall } from '../../testing/calls.fixture.js';
import { readSettings } from '../../settings/read-settings.js';
import { cacheSchema, type CacheOptions } from './cache.options.js';
import { Questions, type Question } from './questions.js';

/** The questions of a method, and the keys that its calls have. */
function bench(options: Partial<CacheOptions> = {}, identity: () => string | undefined = () => undefined) {
  const settings = (more: Partial<CacheOptions> = {}) =>
    readSettings(cacheSchema, { ttl: '1m', ...options, ...more }, 'cache').settings!;
  const reported: string[] = [];
  const questions = new Questions(settings(), identity, (callback) => reported.push(callback));
  const keyOf = (operation: string, args: readonly unknown[]) => {
    const call = Object.assign(Object.create(liveCall()) as ReturnType<typeof liveCall>, { operation, args });
    return (questions.of(call) as Question).key;
  };
  return { questions, keyOf, settings, reported };
}

const LONGEST = 'x'.repeat(256);

describe('the key of a plain question', () => {
  it.each(['', 'a', '1', 1, -1.5, Number.NaN, Infinity, LONGEST])('is that of its call: %p', (arg) => {
    const { questions, keyOf } = bench();
    const key = questions.simpleKey('find', [arg]);
    expect(key).toBe(keyOf('find', [arg]));
    expect(questions.simpleKey('find', [arg])).toBe(key);
  });

  it.each<[string, readonly unknown[], Partial<CacheOptions>]>([
    ['there is no argument', [], {}],
    ['there are several', ['a', 'b'], {}],
    ['the argument is long', [`${LONGEST}x`], {}],
    ['zero is meant, which has a sign', [0], {}],
    ['the argument is an object', [{ id: 1 }], {}],
    ['the argument is none', [undefined], {}],
    ['the argument is a flag', [true], {}],
    ['`key` makes it', ['a'], { key: (id) => id }],
    ['`vary` adds to it', ['a'], { vary: () => 'user' }],
  ])('is left to the call where %s', (_name, args, options) => {
    expect(bench(options).questions.simpleKey('find', args)).toBeUndefined();
  });

  it('is told apart by operation and argument, also where operations take turns', () => {
    const { questions, keyOf } = bench();
    const keys = new Set<string>();
    for (let turn = 0; turn < 2; turn++) {
      for (const operation of ['find', 'list']) {
        for (const arg of ['1', 1, 2]) {
          const key = questions.simpleKey(operation, [arg])!;
          expect(key).toBe(keyOf(operation, [arg]));
          keys.add(key);
        }
      }
    }
    expect(keys.size).toBe(6);
  });

  it('is told apart by the credential of the moment, where that matters', () => {
    let identity: string | undefined = 'a';
    const { questions, keyOf } = bench({}, () => identity);
    const own = questions.simpleKey('find', [1]);
    identity = 'b';
    const others = questions.simpleKey('find', [1]);
    expect(others).toBe(keyOf('find', [1]));
    expect(others).not.toBe(own);
    identity = 'a';
    expect(questions.simpleKey('find', [1])).toBe(own);
    const same = bench({ varyOnCredential: false }, () => identity);
    expect(same.questions.simpleKey('find', [1])).toBe(bench().keyOf('find', [1]));
  });

  it('is the same after thousands of others were asked for', () => {
    const { questions, keyOf } = bench();
    for (let id = 1; id < 10_000; id++) questions.simpleKey('find', [id]);
    expect(questions.simpleKey('find', [1])).toBe(keyOf('find', [1]));
  });

  it('is made anew under new settings', () => {
    const { questions, keyOf, settings } = bench({}, () => 'a');
    questions.simpleKey('find', [1]);
    questions.reconfigure(settings({ varyOnCredential: false }));
    expect(questions.simpleKey('find', [1])).toBe(keyOf('find', [1]));
  });
});

describe('settings', () => {
  const key = () => 1;
  const vary = () => 1;
  it.each<[Partial<CacheOptions>, boolean]>([
    [{}, false],
    [{ ttl: '1s' }, false],
    [{ key }, true],
    [{ vary }, true],
    [{ varyOnCredential: false }, true],
  ])('%j: answers are found under other keys (%p)', (more, differ) => {
    const { questions, settings } = bench();
    expect(questions.differ(settings(more))).toBe(differ);
  });
});

describe('a key that is no text and no number', () => {
  it.each([
    ['a promise', Promise.reject(new Error('late'))],
    ['an object', {}],
  ])('is reported: %s', (_name, key) => {
    const { questions, reported } = bench({ key: () => key as never });
    expect(questions.of(liveCall())).toBe('key');
    expect(reported).toEqual(['cache.key']);
    expect(() => questions.idOf([], undefined)).toThrow('expected a string, a number or undefined at once, got');
  });
});
