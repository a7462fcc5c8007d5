import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { Cache } from './cache.js';
import { cacheSchema } from './cache.options.js';

export const cacheKind = definePolicy('cache', cacheSchema, (settings) => [
  {
    kind: 'cache',
    order: ORDER.cache,
    scope: 'method',
    settings,
    create: (environment) => new Cache(settings, environment),
  },
]);
