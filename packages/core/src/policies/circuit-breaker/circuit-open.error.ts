import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

/** The circuit is open, isolated, or half-open with all its trial calls taken. */
export class CircuitOpenError extends ResilienceError {
  readonly code = 'CIRCUIT_OPEN';

  constructor(
    readonly state: 'open' | 'half-open' | 'isolated',
    info: ResilienceErrorInfo,
  ) {
    super(
      state === 'half-open'
        ? `${info.provider}: the circuit is half-open and its trial calls are under way`
        : `${info.provider}: the circuit is ${state}`,
      info,
    );
  }
}

export const isCircuitOpenError = guardFor<CircuitOpenError>('CIRCUIT_OPEN');
