import type { ForgeryKind } from '../services/forge-webhook.js';

export interface Attack {
  readonly kind: ForgeryKind;
  readonly status: number;
  /** How often a webhook about the order had taken effect before, and has after. */
  readonly settledBefore: number;
  readonly settledAfter: number;
}

/**
 * Whether a checkout was deceived: a webhook took effect, or a forgery was answered with success. A replay may be
 * answered with success, since it repeats a genuine webhook; only its effect would be wrong.
 */
export function isAccepted({ kind, status, settledBefore, settledAfter }: Attack): boolean {
  return settledAfter > settledBefore || (kind !== 'replayed' && status < 300);
}

export interface Settlements {
  readonly once: number;
  readonly never: number;
  readonly repeatedly: number;
}

export function countSettlements(timesSettled: Iterable<number>): Settlements {
  const counts = [...timesSettled];
  return {
    once: counts.filter((times) => times === 1).length,
    never: counts.filter((times) => times === 0).length,
    repeatedly: counts.filter((times) => times > 1).length,
  };
}
