import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { AdaptiveThrottle } from './adaptive-throttle.js';
import { adaptiveThrottleSchema } from './adaptive-throttle.options.js';

export const adaptiveThrottleKind = definePolicy('adaptiveThrottle', adaptiveThrottleSchema, (settings) => [
  {
    kind: 'adaptiveThrottle',
    order: ORDER.adaptiveThrottle,
    scope: 'provider',
    settings,
    create: (environment) => new AdaptiveThrottle(settings, environment),
  },
]);
