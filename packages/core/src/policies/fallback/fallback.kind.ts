import { ORDER } from '../../engine/policy.js';
import { definePolicy, type PolicyKind } from '../../engine/policy-kind.js';
import { Fallback } from './fallback.js';
import { fallbackSchema } from './fallback.options.js';

const standard = definePolicy('fallback', fallbackSchema, (handler) => [
  {
    kind: 'fallback',
    order: ORDER.fallback,
    scope: 'method',
    settings: handler,
    create: (environment) => new Fallback(handler, environment),
  },
]);

export const fallbackKind: PolicyKind = { ...standard, takesAnyValue: true };
