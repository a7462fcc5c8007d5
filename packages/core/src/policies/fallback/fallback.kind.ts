import { ORDER } from '../../policy.js';
import { definePolicy } from '../../policy-kind.js';
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

export const fallbackKind = { ...standard, takesAnyValue: true };
