import { describe, expect, it } from '@jest/globals';
import type { StormReport } from '../storm.js';
import { renderJson } from './json.js';
import { labelOf } from './label.js';
import { measure } from './measure.js';
import { brokenPromises, renderSummary } from './summary.js';

const report = (held: boolean): StormReport => ({
  name: 'payments-flaky',
  title: 'payments fails at random',
  unprotected: { orders: 10, callsPerOrder: NaN },
  protected: { orders: 10, callsPerOrder: 1.25 },
  promises: [{ text: 'few calls', held, measured: '1.25' }],
});

describe('renderJson', () => {
  it('gives figures and promises by storm, and null for what was not measured', () => {
    expect(JSON.parse(renderJson([report(true)]))).toEqual({
      storms: [
        {
          name: 'payments-flaky',
          unprotected: { orders: 10, callsPerOrder: null },
          protected: { orders: 10, callsPerOrder: 1.25 },
          promises: [{ text: 'few calls', held: true, measured: '1.25' }],
        },
      ],
    });
  });
});

describe('renderSummary', () => {
  it('counts the promises when all held', () => {
    expect(renderSummary([report(true), report(true)])).toBe('All 2 promises held.');
  });

  it('names those that were broken', () => {
    expect(brokenPromises([report(true), report(false)])).toEqual(['payments-flaky: few calls (measured: 1.25)']);
    expect(renderSummary([report(true), report(false)])).toMatch(/^1 of 2 promises broken:\n/);
  });
});

describe('labelOf', () => {
  it.each([
    ['orders', 'orders'],
    ['hangP99Ms', 'hang p99, ms'],
    ['acceptedAtFirstPercent', 'accepted at first, %'],
    ['refusedWith429', 'refused with 429'],
  ])('reads %s as %s', (name, label) => {
    expect(labelOf(name)).toBe(label);
  });
});

describe('measure', () => {
  it('shows as many digits as a reader needs', () => {
    expect([measure(1_234), measure(1_234.56, 'ms'), measure(1.2567), measure(99.95, '%'), measure(NaN, 's')]).toEqual([
      '1234',
      '1234.6 ms',
      '1.26',
      '100 %',
      'nothing measured',
    ]);
  });
});
