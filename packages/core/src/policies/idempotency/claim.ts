import type { StoreLease } from '../../store/store-lease.js';
import type { ClaimText } from '../../store/unanswered-claims.js';

/** The operation that a key names: where its record stands, and what must be equal when the key comes again. */
export interface Operation {
  readonly recordKey: string;
  readonly fingerprint: string;
}

/** A claim before it is written. */
export interface Draft extends ClaimText {
  /** The text of a renewal, once it has been held for so long. */
  renewed(heldMs: number): string;
}

/** A key that this call holds. */
export interface Claim {
  readonly lease: StoreLease;
  /** Counts its owners: above 1, an earlier owner may have had an effect. */
  readonly attempt: number;
  /** How long before this claim the first owner began, in milliseconds. */
  readonly sinceMs: number;
  /** Whether it was found out that no earlier owner has had an effect. */
  cleared?: boolean;
  /** Whether a transaction of the caller's may have settled it. */
  keptWithin?: boolean;
}
