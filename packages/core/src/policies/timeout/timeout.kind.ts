import { ORDER, type PolicySpec } from '../../policy.js';
import { definePolicy } from '../../policy-kind.js';
import { AttemptTimeout } from './attempt-timeout.js';
import { timeoutSchema } from './timeout.options.js';
import { TotalTimeout } from './total-timeout.js';

export const timeoutKind = definePolicy('timeout', timeoutSchema, (settings) => {
  const specs: PolicySpec[] = [];
  if (settings.total !== undefined) {
    specs.push({
      kind: 'timeout',
      order: ORDER.totalTimeout,
      scope: 'method',
      settings,
      create: (environment) => new TotalTimeout(settings, environment),
    });
  }
  if (settings.attempt !== undefined) {
    specs.push({
      kind: 'timeout',
      order: ORDER.attemptTimeout,
      scope: 'method',
      settings,
      create: (environment) => new AttemptTimeout(settings, environment),
    });
  }
  return specs;
});
