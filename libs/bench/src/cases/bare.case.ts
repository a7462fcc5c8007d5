import type { BenchCase } from '../bench-case.js';

/** An async method with nothing around it: what every other case is measured against. */
export const bare: BenchCase = {
  name: 'bare method',
  prepare: async () => ({ run: async () => 42, close: async () => undefined }),
};
