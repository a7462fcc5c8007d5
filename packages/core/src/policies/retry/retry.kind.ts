import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { Retry } from './retry.js';
import { retrySchema } from './retry.options.js';

export const retryKind = definePolicy('retry', retrySchema, (settings) => [
  {
    kind: 'retry',
    order: ORDER.retry,
    scope: 'method',
    settings,
    create: (environment) => new Retry(settings, environment),
  },
]);
