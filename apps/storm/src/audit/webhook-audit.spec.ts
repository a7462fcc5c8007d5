import { describe, expect, it } from '@jest/globals';
import type { ForgeryKind } from '../services/forge-webhook.js';
import { countSettlements, isAccepted } from './webhook-audit.js';

const attack = (kind: ForgeryKind, status: number, settledAfter: number) =>
  isAccepted({ kind, status, settledBefore: 1, settledAfter });

describe('isAccepted', () => {
  it('says so of whatever took effect', () => {
    expect([attack('forged', 401, 2), attack('replayed', 200, 2)]).toEqual([true, true]);
  });

  it('says so of a forgery that was answered with success', () => {
    expect([attack('stale', 200, 1), attack('stale', 401, 1)]).toEqual([true, false]);
  });

  it('does not mind a replay that is answered as the repetition it is', () => {
    expect(attack('replayed', 200, 1)).toBe(false);
  });
});

describe('countSettlements', () => {
  it('tells once from never and from repeatedly', () => {
    expect(countSettlements([1, 0, 1, 3, 2])).toEqual({ once: 2, never: 1, repeatedly: 2 });
  });
});
