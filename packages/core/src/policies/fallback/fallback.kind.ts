import { definePolicy } from '../../engine/policy-kind.js';
import { Fallback } from './fallback.js';
import { fallbackSchema } from './fallback.options.js';

export const fallbackKind = definePolicy({
  kind: 'fallback',
  scope: 'method',
  schema: fallbackSchema,
  policy: Fallback,
  takesAnyValue: true,
});
