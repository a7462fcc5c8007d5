import type { Gate } from '../engine/policy.js';
import type { CircuitHandle, CircuitState } from '../policies/circuit-breaker/circuit-breaker.js';
import type { MethodLinker } from './method-linker.js';

const WORST_FIRST: readonly CircuitState[] = ['isolated', 'open', 'half-open', 'closed'];

/** The circuit that one operation has to itself, in the hands of its user; `undefined` where it has none. */
export function ownCircuitOf(linker: MethodLinker, operation: string): CircuitHandle | undefined {
  const circuits = [...linker.live()]
    .filter(({ policy, operation: owner }) => policy.kind === 'circuitBreaker' && owner === operation)
    .map(({ policy }) => ((policy as Gate).unkeyed ?? policy) as unknown as CircuitHandle);
  return circuits.length > 1 ? asOne(circuits) : circuits[0];
}

/** An operation has several where classes of one name share it, or its calls ask for different policies. */
function asOne(circuits: readonly CircuitHandle[]): CircuitHandle {
  const each = (act: (circuit: CircuitHandle) => void) => () => circuits.forEach(act);
  return {
    get state() {
      return WORST_FIRST.find((state) => circuits.some((circuit) => circuit.state === state))!;
    },
    isolate: each((circuit) => circuit.isolate()),
    forceOpen: each((circuit) => circuit.forceOpen()),
    forceClosed: each((circuit) => circuit.forceClosed()),
    reset: each((circuit) => circuit.reset()),
    export: () => circuits[0]!.export(),
    import: (exported) => circuits.forEach((circuit) => circuit.import(exported)),
  };
}
