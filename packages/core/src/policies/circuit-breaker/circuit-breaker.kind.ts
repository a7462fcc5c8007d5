import { ORDER } from '../../engine/policy.js';
import { definePolicy } from '../../engine/policy-kind.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';

export const circuitBreakerKind = definePolicy('circuitBreaker', circuitBreakerSchema, (settings) => [
  {
    kind: 'circuitBreaker',
    order: ORDER.circuitBreaker,
    scope: 'provider',
    settings,
    create: (environment) => new CircuitBreaker(settings, environment),
  },
]);
