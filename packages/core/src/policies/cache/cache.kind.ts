import { definePolicy } from '../../engine/policy-kind.js';
import { Cache } from './cache.js';
import { cacheSchema } from './cache.options.js';
import { cacheEvents } from './cache.telemetry.js';

export const cacheKind = definePolicy({
  kind: 'cache',
  scope: 'method',
  schema: cacheSchema,
  events: cacheEvents,
  policy: Cache,
  fitsStreams: false,
});
