import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { Hedge } from './hedge.js';
import { hedgeSchema } from './hedge.options.js';

export const hedgeKind = definePolicy('hedge', hedgeSchema, (settings) => [
  {
    kind: 'hedge',
    order: ORDER.hedge,
    scope: 'method',
    settings,
    create: (environment) => new Hedge(settings, environment),
  },
]);
