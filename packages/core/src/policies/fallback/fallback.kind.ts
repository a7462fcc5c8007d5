import { definePolicy } from '../../engine/policy-kind.js';
import { Fallback } from './fallback.js';
import { fallbackSchema } from './fallback.options.js';
import { fallbackEvents } from './fallback.telemetry.js';

export const fallbackKind = definePolicy({
  kind: 'fallback',
  scope: 'method',
  schema: fallbackSchema,
  events: fallbackEvents,
  policy: Fallback,
  takesAnyValue: true,
});
