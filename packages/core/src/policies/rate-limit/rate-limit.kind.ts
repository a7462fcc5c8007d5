import { ORDER } from '../../policy.js';
import { definePolicy } from '../../policy-kind.js';
import { RateLimit } from './rate-limit.js';
import { rateLimitSchema } from './rate-limit.options.js';

export const rateLimitKind = definePolicy('rateLimit', rateLimitSchema, (settings) => [
  {
    kind: 'rateLimit',
    order: ORDER.rateLimit,
    scope: 'provider',
    settings,
    create: (environment) => new RateLimit(settings, environment),
  },
]);
