import type { CircuitState } from './circuit-breaker.telemetry.js';
import type { ExportedCircuit } from './exported-circuit.js';

/**
 * A provider's circuit, to look at and to control by hand. Manual control applies to the calls without a key and to
 * every key that there is; the state, and what is exported, are those of the calls without a key.
 */
export interface CircuitHandle {
  /** The state at this moment: an open circuit that has been open for long enough is half-open. */
  readonly state: CircuitState;
  /**
   * Refuses every call, also of keys that come later, until another state is forced or the circuit is reset. With
   * metrics only it refuses none.
   */
  isolate(): void;
  /**
   * Opens the circuits as if the provider had failed; they go half-open in their time. A key that comes later begins
   * closed.
   */
  forceOpen(): void;
  /** Closes the circuits without a ramp. How often they have opened lately is forgotten only when they stay closed. */
  forceClosed(): void;
  /** Closes the circuits and forgets what they counted, how often they have opened included. */
  reset(): void;
  /** The state that another process, or this one after a restart, needs to go on. Remaining times, never timestamps. */
  export(): ExportedCircuit;
  /** Takes up what `export` gave. Throws a `TypeError` for anything else. */
  import(exported: ExportedCircuit): void;
}
