import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { Idempotency } from './idempotency.js';
import { idempotencySchema } from './idempotency.options.js';

export const idempotencyKind = definePolicy('idempotency', idempotencySchema, (settings) => [
  {
    kind: 'idempotency',
    order: ORDER.idempotency,
    scope: 'method',
    settings,
    create: (environment) => new Idempotency(settings, environment),
  },
]);
