import type { PackedAllowance } from './packed-allowance.js';
import type { ObservedQuotas } from './observed-quotas.js';
import type { Pause } from './pause.js';

/** The state of one key's limit: its departures, and more only where the provider has spoken. */
export type PackedLimit = PackedAllowance | LimitWithWord;

export class LimitWithWord {
  constructor(
    readonly taken: PackedAllowance | undefined,
    readonly pause: Pause,
    readonly observed: ObservedQuotas | undefined,
  ) {}

  /** Whether the provider's word holds nothing back any more. */
  isOver(now: number): boolean {
    return this.pause.leftMs(now) === 0 && (this.observed?.isOver(now) ?? true);
  }
}

/** The part of it that is an allowance's. */
export function takenOf(packed: PackedLimit | undefined): PackedAllowance | undefined {
  return packed instanceof LimitWithWord ? packed.taken : packed;
}
