import { describe, expect, it } from '@jest/globals';
import type { Result } from '../running/result.js';
import { tablesOf } from './tables.js';

function resultOf(overrides: Partial<Result>): Result {
  return { group: 'call', name: 'a case', cost: { ns: 24.6, bytes: 1289.4 }, timesBare: 1, rounds: [], ...overrides };
}

function lastColumnOf(overrides: Partial<Result>): string | undefined {
  return tablesOf([resultOf(overrides)])[0]!.rows[0]!.at(-1);
}

describe('the tables of the results', () => {
  it('stand one for each group, in the order in which the groups come', () => {
    const tables = tablesOf([
      resultOf({ name: 'bare' }),
      resultOf({ group: 'idle', name: 'breaker', cost: { bytes: 700, timers: 2, retainedBytes: 3300.4 } }),
      resultOf({ name: 'slow', cost: { ns: 4_358_000 }, timesBare: 176_397.4 }),
    ]);
    expect(tables).toEqual([
      {
        title: 'One call that succeeds, one after another',
        columns: ['case', 'ns', '× bare', 'bytes', 'ours, at most'],
        rows: [
          ['bare', '25', '1.0', '1,289', ''],
          ['slow', '4,358,000', '176,397', 'n/a', ''],
        ],
      },
      {
        title: 'One idle instance',
        columns: ['case', 'bytes', 'timers', 'bytes after it was dropped', 'ours, at most'],
        rows: [['breaker', '700', '2', '3,300', '']],
      },
    ]);
  });

  it('tell ratios below a hundred to a tenth', () => {
    expect(tablesOf([resultOf({ timesBare: 99.94 })])[0]!.rows[0]![2]).toBe('99.9');
    expect(tablesOf([resultOf({ timesBare: 100.4 })])[0]!.rows[0]![2]).toBe('100');
  });

  it('tell no ratio where there is none', () => {
    const { timesBare: _timesBare, ...result } = resultOf({ group: 'refusal' });
    expect(tablesOf([result])[0]!.rows[0]![2]).toBe('');
  });

  it('set the limit beside what was measured', () => {
    expect(lastColumnOf({ limit: { timesBare: 4.5, bytes: 1300 } })).toBe('4.5 ×, 1,300 B');
    expect(lastColumnOf({ limit: { ns: 800 } })).toBe('800 ns');
    expect(lastColumnOf({ limit: { bytes: 1300, timers: 0 } })).toBe('1,300 B, 0 timers');
  });

  it('say when a limit is exceeded, and not when it is just met', () => {
    expect(lastColumnOf({ limit: { timesBare: 1 } })).toBe('1 ×');
    expect(lastColumnOf({ limit: { timesBare: 0.9 } })).toBe('0.9 × – over');
    expect(lastColumnOf({ limit: { timesBare: 1, bytes: 1289 } })).toBe('1 ×, 1,289 B – over');
    expect(lastColumnOf({ cost: { timers: 1 }, limit: { timers: 0 } })).toBe('0 timers – over');
  });
});
