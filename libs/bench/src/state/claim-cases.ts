import { createProvider, type Store } from '@breakwater/core';
import type { StateCase } from './round-trips.js';

const KEPT_MS = 60_000;

/** How many bare round trips a claim may cost. None is said for one that waits for the disk. */
export interface MostOfClaims {
  readonly newKey?: number;
  readonly standing: number;
}

/** The operations of idempotency on a store: a key that is claimed, one that stands already, and a whole call. */
export function claimCases(store: Store, { newKey, standing }: MostOfClaims): readonly StateCase[] {
  const provider = createProvider('claims', { idempotency: { ttl: KEPT_MS } }, { store });
  let keys = 0;
  const claim = (key: string) => store.put(key, 'claimed', { ttlMs: KEPT_MS, if: 'absent', pending: true });
  const call = (idempotencyKey: string) => provider.execute(() => 'receipt', { operation: 'charge', idempotencyKey });
  return [
    { name: 'claim: a new key', ...(newKey !== undefined && { most: newKey }), run: () => claim(`claim ${++keys}`) },
    { name: 'claim: a key that stands', most: standing, run: () => claim('claim 1') },
    { name: 'an idempotent call: claimed and settled, two round trips', run: () => call(`order ${++keys}`) },
    { name: 'an idempotent call, replayed', run: () => call('order') },
  ];
}
