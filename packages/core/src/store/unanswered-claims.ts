import type { Clock } from '../time/clock.js';
import type { PutOptions, PutResult, Store } from './store.js';

/** The place and the text of a claim. */
export interface ClaimText {
  readonly key: string;
  readonly value: string;
  /** Stands in the value of this claim and in no other: the value itself, or a part of it. */
  readonly owner: string;
  /** How long the claim holds without a sign of life. */
  readonly leaseMs: number;
}

/** The most that are remembered for a store: the oldest is forgotten first, and its lease runs out. */
const MOST = 10_000;

const STORES = new WeakMap<Store, UnansweredClaims>();

/**
 * Claims of this process that stand for no work, although they may stand in the store. It went away before it answered
 * to their writing, and may have written them before that, or may still do so once it is back; or it could not be
 * reached when they were released. Without this memory the next try would have to wait until their lease has run out.
 */
export class UnansweredClaims {
  /** Until when, by owner; the oldest first. */
  private readonly untilByOwner = new Map<string, number>();

  /** The claims in this store. */
  static of(store: Store): UnansweredClaims {
    let claims = STORES.get(store);
    if (claims === undefined) STORES.set(store, (claims = new UnansweredClaims()));
    return claims;
  }

  get size(): number {
    return this.untilByOwner.size;
  }

  /** Whether the claim of this owner may be taken over although its lease has not run out. */
  has(owner: string): boolean {
    return this.untilByOwner.has(owner);
  }

  /** Remembers one for two leases: a write that lies in the client's queue begins its own when it is done. */
  add({ owner, leaseMs }: Pick<ClaimText, 'owner' | 'leaseMs'>, clock: Clock): void {
    const now = clock.now();
    for (const [oldest, until] of this.untilByOwner) {
      if (until > now && this.untilByOwner.size < MOST) break;
      this.untilByOwner.delete(oldest);
    }
    this.untilByOwner.set(owner, now + 2 * leaseMs);
  }
}

/** Writes a claim. Rejects as the store does, and then nothing is held: no work must begin for this owner. */
export async function putClaim(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  claim: ClaimText,
  when: PutOptions,
): Promise<PutResult> {
  try {
    return recognised(await store.put(claim.key, claim.value, when), claim);
  } catch (error) {
    UnansweredClaims.of(store).add(claim, clock);
    throw error;
  }
}

/** A claim that was written although the answer to it was lost, and that the client then sent again, stands there. */
export function recognised(result: PutResult, { value }: Pick<ClaimText, 'value'>): PutResult {
  return 'standing' in result && result.standing?.value === value ? { written: result.standing } : result;
}
