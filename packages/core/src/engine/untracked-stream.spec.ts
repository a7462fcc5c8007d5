import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { createProvider } from '../provider/create-provider.js';
import { TestClock } from '../testing/test-clock.js';
import { currentCall } from './current-call.js';

async function* numbers(): AsyncGenerator<number> {
  yield 1;
  yield 2;
}

describe('a stream of a call that is not tracked', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('has nothing stored, so that no async context is asked for a call afterwards', async () => {
    const provider = createProvider('llm', { bulkhead: true }, { clock: new TestClock() });
    const asking = jest.spyOn(AsyncLocalStorage.prototype, 'getStore');
    const seen: number[] = [];
    for await (const value of await provider.execute(numbers)) seen.push(value);
    expect([seen, currentCall()]).toEqual([[1, 2], undefined]);
    expect(asking).not.toHaveBeenCalled();
    provider.close();
  });
});
