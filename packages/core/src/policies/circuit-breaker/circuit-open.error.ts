import { guardFor, ResilienceError, type ResilienceErrorInfo } from '../../errors/resilience-error.js';

const WHY = {
  open: 'the circuit is open',
  'half-open': 'the circuit is half-open and its trial calls are under way',
  recovering: 'the circuit has just closed and lets a growing share of the calls through',
  isolated: 'the circuit is isolated',
} as const;

/**
 * The circuit is open, isolated, half-open with all its trial calls taken, or recovering: closed, with a ramp that lets
 * only a share through.
 */
export class CircuitOpenError extends ResilienceError {
  readonly code = 'CIRCUIT_OPEN';

  constructor(
    /** Why it refused: `'open'`, `'half-open'`, `'recovering'` or `'isolated'`. */
    readonly state: keyof typeof WHY,
    info: ResilienceErrorInfo,
  ) {
    super(`${info.provider}: ${WHY[state]}`, info);
  }
}

/** Whether an error is a `CircuitOpenError`, of this copy of the package or another. */
export const isCircuitOpenError = guardFor<CircuitOpenError>('CIRCUIT_OPEN');
