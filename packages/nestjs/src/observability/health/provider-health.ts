import type { CircuitState, ProviderSnapshot } from '@breakwater/core';

/** How a provider's circuits stand, of which the worst counts. */
export interface ProviderHealth {
  readonly name: string;
  readonly circuit: CircuitState;
  /** Whether calls are turned away. */
  readonly refuses: boolean;
  /** The operations that have a circuit of their own which is not closed. */
  readonly operations?: readonly string[];
  /** For how much longer it is open, in milliseconds. */
  readonly openForMs?: number;
}

const WORST_FIRST: readonly CircuitState[] = ['isolated', 'open', 'half-open', 'closed'];

/** Reads a provider's snapshot. A circuit that only watches refuses nothing, and makes nothing worse. */
export function providerHealth({ name, policies }: ProviderSnapshot): ProviderHealth {
  const circuits = policies
    .filter((policy) => policy.kind === 'circuitBreaker')
    .filter(({ mode }) => mode === 'enforce')
    .sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state));
  const [worst] = circuits;
  if (worst === undefined) return { name, circuit: 'closed', refuses: false };
  const operations = circuits.flatMap(({ operation, state }) =>
    operation !== undefined && state !== 'closed' ? [operation] : [],
  );
  return {
    name,
    circuit: worst.state,
    refuses: worst.state === 'isolated' || worst.state === 'open',
    ...(operations.length > 0 && { operations }),
    ...(worst.openForMs !== undefined && { openForMs: worst.openForMs }),
  };
}
