import { definePolicy } from '../../engine/policy-kind.js';
import { Chaos } from './chaos.js';
import { chaosSchema } from './chaos.options.js';

export const chaosKind = definePolicy({
  kind: 'chaos',
  scope: 'method',
  schema: chaosSchema,
  policy: Chaos,
  ownValues: ['outcome.value'],
});
