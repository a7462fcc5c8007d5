import { definePolicy } from '../../engine/policy-kind.js';
import { Bulkhead } from './bulkhead.js';
import { bulkheadSchema } from './bulkhead.options.js';
import { bulkheadEvents } from './bulkhead.telemetry.js';

export const bulkheadKind = definePolicy({
  kind: 'bulkhead',
  scope: 'provider',
  schema: bulkheadSchema,
  events: bulkheadEvents,
  policy: Bulkhead,
  refusals: {
    BULKHEAD_FULL: {
      status: 503,
      message: 'Too many requests to a service that this request depends on are under way.',
    },
  },
});
