import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { Bulkhead } from './bulkhead.js';
import { bulkheadSchema } from './bulkhead.options.js';

export const bulkheadKind = definePolicy('bulkhead', bulkheadSchema, (settings) => [
  {
    kind: 'bulkhead',
    order: ORDER.bulkhead,
    scope: 'provider',
    settings,
    create: (environment) => new Bulkhead(settings, environment),
  },
]);
