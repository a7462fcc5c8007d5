import { definePolicy } from '../../engine/policy-kind.js';
import { CircuitBreaker } from './circuit-breaker.js';
import { circuitBreakerSchema } from './circuit-breaker.options.js';
import { circuitBreakerEvents } from './circuit-breaker.telemetry.js';

export const circuitBreakerKind = definePolicy({
  kind: 'circuitBreaker',
  scope: 'provider',
  schema: circuitBreakerSchema,
  events: circuitBreakerEvents,
  policy: CircuitBreaker,
  refusals: {
    CIRCUIT_OPEN: { status: 503, message: 'A service that this request depends on is unavailable.' },
  },
});
