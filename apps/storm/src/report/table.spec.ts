import { describe, expect, it } from '@jest/globals';
import type { StormReport } from '../storm.js';
import { renderTable } from './table.js';

const REPORT: StormReport = {
  name: 'email-hangs',
  title: 'email takes every call and never answers, whoever asks and however often it is asked',
  unprotected: { orders: 640, hangP99Ms: 2_517.4, confirmedOnce: 240 },
  protected: { orders: 640, hangP99Ms: 21.25, confirmedOnce: NaN },
  promises: [
    { text: 'every order is accepted', held: true, measured: '640 of 640' },
    {
      text: 'p99 of POST /orders is at most twice the calm p99, or 25 ms if that is more',
      held: false,
      measured: '81 ms, calm 12.1 ms',
    },
  ],
};

describe('the table', () => {
  const lines = renderTable([REPORT, REPORT]).split('\n');

  it('is readable in 100 columns', () => {
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('shows unprotected beside protected', () => {
    expect(lines).toContainEqual(expect.stringMatching(/│ email-hangs: .*│ unprotected +│ protected +│/));
    expect(lines).toContainEqual(expect.stringMatching(/│ hang p99, ms +│ 2517.4 +│ 21.3 +│/));
  });

  it('shows a dash for what was not measured', () => {
    expect(lines).toContainEqual(expect.stringMatching(/│ confirmed once +│ 240 +│ - +│/));
  });

  it('shows each promise with its verdict and its evidence', () => {
    expect(lines).toContainEqual(expect.stringMatching(/│ promise: every order is accepted +│ held +│ 640 of 640 +│/));
    expect(lines).toContainEqual(expect.stringMatching(/│ promise: p99 of POST .*│ BROKEN +│ 81 ms, calm 12.1 ms +│/));
  });
});
