import { definePolicy } from '../../engine/policy-kind.js';
import { Chaos } from './chaos.js';
import { chaosSchema } from './chaos.options.js';
import { chaosEvents } from './chaos.telemetry.js';

export const chaosKind = definePolicy({
  kind: 'chaos',
  scope: 'method',
  schema: chaosSchema,
  events: chaosEvents,
  policy: Chaos,
  ownValues: ['outcome.value'],
});
