import { describe, expect, it } from '@jest/globals';
import { noteRetries, retryHistory, wasRetriedWithin } from './retry-history.js';

describe('the history of retries', () => {
  it('is kept beside an error, which may be frozen', () => {
    const error = Object.freeze(new Error('down'));
    expect(retryHistory(error)).toBeUndefined();
    noteRetries(error, { attempts: 3, elapsedMs: 300 }, 0);
    expect(retryHistory(error)).toEqual({ attempts: 3, elapsedMs: 300 });
    expect(Object.keys(error)).toEqual([]);
  });

  it.each([['text'], [7], [undefined], [null], [true]])('is not kept of %j, which does no harm', (thrown) => {
    expect(() => noteRetries(thrown, { attempts: 3, elapsedMs: 300 }, 0)).not.toThrow();
    expect(retryHistory(thrown)).toBeUndefined();
  });

  it('of an earlier operation is not that of one that was tried once and ended with the same error', () => {
    const error = new Error('down');
    noteRetries(error, { attempts: 3, elapsedMs: 300 }, 1000);
    noteRetries(error, { attempts: 1, elapsedMs: 0 }, 1301);
    expect(retryHistory(error)).toBeUndefined();
  });

  it('of an operation within another stands where the other was tried once', () => {
    const error = new Error('down');
    noteRetries(error, { attempts: 3, elapsedMs: 300 }, 1000);
    noteRetries(error, { attempts: 1, elapsedMs: 300 }, 1000);
    expect(retryHistory(error)).toEqual({ attempts: 3, elapsedMs: 300 });
  });

  it('is found under five errors that wrap one another, and not under more', () => {
    const cause = new Error('down');
    noteRetries(cause, { attempts: 3, elapsedMs: 300 }, 1000);
    const wrapped = (times: number): Error =>
      times === 0 ? cause : new Error('wrapped', { cause: wrapped(times - 1) });
    expect([0, 4, 5].map((times) => wasRetriedWithin(wrapped(times), 1000, 2000))).toEqual([true, true, false]);
  });

  it('counts from the moment at which the outer operation began to the moment at which it asks', () => {
    const error = new Error('down');
    noteRetries(error, { attempts: 3, elapsedMs: 300 }, 1000);
    const within = (from: number, to: number) => wasRetriedWithin(error, from, to);
    expect([within(1300, 1300), within(1301, 2000), within(1000, 1299)]).toEqual([true, false, false]);
  });

  it.each([
    ['a cause that is null', new Error('down', { cause: null })],
    ['a cause that is text', new Error('down', { cause: 'text' })],
    [
      'a cause that throws',
      Object.defineProperty(new Error('down'), 'cause', {
        get() {
          throw new Error('in the getter');
        },
      }),
    ],
    ['null', null],
    ['text', 'text'],
  ])('is none under %s', (_what, thrown) => {
    expect(wasRetriedWithin(thrown, 0, 2000)).toBe(false);
  });
});
