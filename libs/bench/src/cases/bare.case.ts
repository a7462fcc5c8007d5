import type { CallCase } from '../bench-case.js';
import { answer } from './answer.js';
import { succeeding } from './succeeding.js';

const error = new Error('made once');

/** An async method with nothing around it: in each group of calls, what the others are told against. */
export const bare: readonly CallCase[] = [
  ...succeeding({ name: 'bare method', prepare: async () => answer }),
  {
    group: 'refusal',
    name: 'bare method that throws one error made before',
    prepare: async () => async () => {
      throw error;
    },
  },
];
