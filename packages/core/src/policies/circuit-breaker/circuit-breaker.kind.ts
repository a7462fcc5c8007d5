import { definePolicy } from '../../engine/policy-kind.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';

export const circuitBreakerKind = definePolicy({
  kind: 'circuitBreaker',
  scope: 'provider',
  schema: circuitBreakerSchema,
  policy: CircuitBreaker,
  refusals: {
    CIRCUIT_OPEN: { status: 503, message: 'A service that this request depends on is unavailable.' },
  },
});
