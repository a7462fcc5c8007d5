import { createProvider, type Store } from '@breakwater/core';
import type { StateCase } from './round-trips.js';

const KEPT_MS = 60_000;

/**
 * The operations of idempotency on a store: a key that is claimed, one that stands already, and a whole call. `most` is
 * how many bare round trips a claim may cost.
 */
export function claimCases(store: Store, most: number): readonly StateCase[] {
  const provider = createProvider('claims', { idempotency: { ttl: KEPT_MS } }, { store });
  let keys = 0;
  const claim = (key: string) => store.put(key, 'claimed', { ttlMs: KEPT_MS, if: 'absent', pending: true });
  const call = (idempotencyKey: string) => provider.execute(() => 'receipt', { operation: 'charge', idempotencyKey });
  return [
    { name: 'claim: a new key', most, run: () => claim(`claim ${++keys}`) },
    { name: 'claim: a key that stands', most, run: () => claim('claim 1') },
    { name: 'an idempotent call: claimed and settled, two round trips', run: () => call(`order ${++keys}`) },
    { name: 'an idempotent call, replayed', run: () => call('order') },
  ];
}
