import { definePolicy } from '../../engine/policy-kind.js';
import { Cache } from './cache.js';
import { cacheSchema } from './cache.options.js';

export const cacheKind = definePolicy({
  kind: 'cache',
  scope: 'method',
  schema: cacheSchema,
  policy: Cache,
  fitsStreams: false,
});
