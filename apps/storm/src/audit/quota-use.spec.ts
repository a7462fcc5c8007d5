import { describe, expect, it } from '@jest/globals';
import { quotaUse, settingsUsePercent } from './quota-use.js';

const START = Date.parse('2030-01-01T00:00:00.400Z');
const charges = (offsetsMs: readonly number[]) =>
  offsetsMs.map((offset, index) => {
    return { id: `ch_${index}`, reference: `o-${index}`, at: new Date(START + offset).toISOString() };
  });
const second = (offset: number, refused429: number) => ({ second: Math.floor(START / 1_000) + offset, refused429 });

describe('quotaUse', () => {
  it('holds the charges of the filled seconds, from the first on, against the quota', () => {
    const ledger = { charges: charges([0, 10, 990, 1_000, 1_999, 2_000, 2_500]), timeline: [] };

    expect(quotaUse(ledger, { perSecond: 4, seconds: 2 }).usedPercent).toBe(62.5);
  });

  it('counts the refusals after the first second', () => {
    const ledger = { charges: charges([0]), timeline: [second(0, 7), second(1, 2), second(3, 1)] };

    expect(quotaUse(ledger, { perSecond: 4, seconds: 2 }).lateRefusals).toBe(3);
  });

  it('finds an untouched quota unused', () => {
    expect(quotaUse({ charges: [], timeline: [] }, { perSecond: 4, seconds: 2 }).usedPercent).toBe(0);
  });
});

describe('settingsUsePercent', () => {
  it('holds the use against the quota less the margin for late calls', () => {
    expect(settingsUsePercent({ usedPercent: 100 / 1.05 })).toBeCloseTo(100);
    expect(settingsUsePercent({ usedPercent: 90 })).toBeLessThan(95);
  });
});
