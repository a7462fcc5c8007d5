import { definePolicy } from '../../engine/policy-kind.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import { adaptiveThrottleSchema } from './adaptive-throttle.options.js';
import { adaptiveThrottleEvents } from './adaptive-throttle.telemetry.js';

export const adaptiveThrottleKind = definePolicy({
  kind: 'adaptiveThrottle',
  scope: 'provider',
  schema: adaptiveThrottleSchema,
  events: adaptiveThrottleEvents,
  policy: AdaptiveThrottle,
  refusals: {
    ADAPTIVELY_THROTTLED: { status: 503, message: 'A service that this request depends on is overloaded.' },
  },
});
