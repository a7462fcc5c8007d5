import { ORDER } from '../../policy.js';
import { definePolicy } from '../../policy-kind.js';
import { Chaos } from './chaos.js';
import { chaosSchema } from './chaos.options.js';

export const chaosKind = definePolicy('chaos', chaosSchema, (settings) => [
  {
    kind: 'chaos',
    order: ORDER.chaos,
    scope: 'method',
    settings,
    create: (environment) => new Chaos(settings, environment),
  },
]);
