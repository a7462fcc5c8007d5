import { describe, expect, it } from '@jest/globals';
import { noteRetries, retryHistory } from './retry-history.js';

describe('the history of retries', () => {
  it('is kept beside an error, which may be frozen', () => {
    const error = Object.freeze(new Error('down'));
    expect(retryHistory(error)).toBeUndefined();
    noteRetries(error, { attempts: 3, elapsedMs: 300 });
    expect(retryHistory(error)).toEqual({ attempts: 3, elapsedMs: 300 });
    expect(Object.keys(error)).toEqual([]);
  });

  it.each([['text'], [7], [undefined], [null], [true]])('is not kept of %j, which does no harm', (thrown) => {
    expect(() => noteRetries(thrown, { attempts: 3, elapsedMs: 300 })).not.toThrow();
    expect(retryHistory(thrown)).toBeUndefined();
  });
});
