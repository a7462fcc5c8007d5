import { Circuit, newCounters } from './circuit.js';
import type { CircuitState } from './circuit-breaker.telemetry.js';
import type { CircuitHandle } from './circuit-handle.js';
import { CLOSED, ISOLATED } from './circuit-state.js';
import { exportedCircuit, importedState, readExportedCircuit, type ExportedCircuit } from './exported-circuit.js';
import { spanMs } from './span-ms.js';

const NO_KEYS: Iterable<CircuitByHand> = [];

/** A circuit as operators control it, together with the circuits of all keys. */
export class CircuitByHand extends Circuit implements CircuitHandle {
  /** The circuits of keys, where this is the one of all. */
  protected keys = NO_KEYS;

  get state(): CircuitState {
    this.settle(this.environment.clock.now());
    return this.current.name;
  }

  /** The circuits of keys look whether the whole is isolated. */
  isolate(): void {
    this.streak.settle(this.current.name === 'closed', this.environment.clock.now());
    this.become(ISOLATED, 'forced');
  }

  forceOpen(): void {
    const now = this.environment.clock.now();
    for (const circuit of this.everyOne()) circuit.becomeOpen(now, { reason: 'forced' });
  }

  forceClosed(): void {
    const now = this.environment.clock.now();
    for (const circuit of this.everyOne()) circuit.becomeClosed(now, 'forced');
  }

  reset(): void {
    for (const circuit of this.everyOne()) {
      circuit.counters = newCounters();
      circuit.streak.resume(0);
      circuit.become(CLOSED, 'reset');
    }
  }

  export(): ExportedCircuit {
    const now = this.environment.clock.now();
    this.settle(now);
    return exportedCircuit(this.current, this.streak, this.settings, now);
  }

  import(exported: ExportedCircuit): void {
    const given = readExportedCircuit(exported);
    const now = this.environment.clock.now();
    const next = importedState(given, this.settings, now);
    this.streak.resume(given.consecutiveOpens, now + (given.stableInMs ?? 0));
    if (given.stableInMs === undefined) this.streak.close(this.fullFrom(next, now), this.settings);
    const { consecutiveOpens } = given;
    this.become(next, 'imported', next.name === 'open' ? { openForMs: spanMs(now, next.until), consecutiveOpens } : {});
    // Under other settings the trial may be decided.
    if (next.name === 'half-open' && this.current === next) this.judge(next, now);
  }

  /** How many keys are open and half-open: as they were found when a call last came. */
  protected keysShown(): Readonly<Record<string, number>> {
    const shown = { openKeys: 0, halfOpenKeys: 0 };
    for (const { current } of this.keys) {
      if (current.name === 'open') shown.openKeys++;
      else if (current.name === 'half-open') shown.halfOpenKeys++;
    }
    return shown;
  }

  /** This circuit, and those of the keys that there are now: listeners may call, and so bring others. */
  private everyOne(): readonly CircuitByHand[] {
    return [this, ...this.keys];
  }
}
