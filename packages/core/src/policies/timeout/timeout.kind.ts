import { ORDER, type PolicySpec } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { AttemptTimeout } from './attempt-timeout.js';
import { timeoutSchema } from './timeout.options.js';
import { TotalTimeout } from './total-timeout.js';

export const timeoutKind = definePolicy('timeout', timeoutSchema, ({ total, attempt }) => {
  const specs: PolicySpec[] = [];
  if (total !== undefined) {
    specs.push({
      kind: 'timeout',
      order: ORDER.totalTimeout,
      scope: 'method',
      settings: total,
      create: (environment) => new TotalTimeout(total, environment),
    });
  }
  if (attempt !== undefined) {
    specs.push({
      kind: 'timeout',
      order: ORDER.attemptTimeout,
      scope: 'method',
      settings: attempt,
      create: (environment) => new AttemptTimeout(attempt, environment),
    });
  }
  return specs;
});
