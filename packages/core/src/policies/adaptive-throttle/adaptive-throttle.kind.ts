import { definePolicy } from '../../engine/policy-kind.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import { adaptiveThrottleSchema } from './adaptive-throttle.options.js';

export const adaptiveThrottleKind = definePolicy({
  kind: 'adaptiveThrottle',
  scope: 'provider',
  schema: adaptiveThrottleSchema,
  policy: AdaptiveThrottle,
  refusals: {
    ADAPTIVELY_THROTTLED: { status: 503, message: 'A service that this request depends on is overloaded.' },
  },
});
