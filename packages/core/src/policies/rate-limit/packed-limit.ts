import type { PackedAllowance } from './allowance.js';
import type { ObservedQuotas } from './observed-quotas.js';
import type { Pause } from './pause.js';

/** What must be remembered of one key's limit: more than what it has let through only where the provider has had its say. */
export type PackedLimit = PackedAllowance | LimitWithWord;

export class LimitWithWord {
  constructor(
    readonly taken: PackedAllowance | undefined,
    readonly pause: Pause,
    readonly observed: ObservedQuotas | undefined,
  ) {}
}

/** What of it an allowance has let through. */
export function takenOf(packed: PackedLimit): PackedAllowance | undefined {
  return packed instanceof LimitWithWord ? packed.taken : packed;
}
