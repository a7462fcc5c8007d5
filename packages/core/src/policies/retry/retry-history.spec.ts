import { describe, expect, it } from '@jest/globals';
import { noteRetries, retryHistory } from './retry-history.js';

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
});
