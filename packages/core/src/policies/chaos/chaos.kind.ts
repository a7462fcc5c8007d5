import { ORDER } from '../../engine/policy.js';
import { definePolicy, type PolicyKind } from '../../engine/policy-kind.js';
import { Chaos } from './chaos.js';
import { chaosSchema } from './chaos.options.js';

const standard = definePolicy('chaos', chaosSchema, (settings) => [
  {
    kind: 'chaos',
    order: ORDER.chaos,
    scope: 'method',
    settings,
    create: (environment) => new Chaos(settings, environment),
  },
]);

export const chaosKind: PolicyKind = { ...standard, ownValues: ['outcome.value'] };
