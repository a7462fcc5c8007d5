import type { BenchCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

/** p-retry around a call that needs no second attempt. */
export const pRetry: readonly BenchCase[] = succeeding({
  name: 'p-retry: retries 3',
  peer: 'p-retry',
  prepare: async () => {
    const { default: retry } = await import('p-retry');
    return () => retry(answer, { retries: 3 });
  },
});
