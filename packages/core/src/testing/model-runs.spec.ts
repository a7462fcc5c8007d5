import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { modelRuns } from './model-runs.js';

describe('the runs of a model', () => {
  const { BREAKWATER_MODEL_RUNS: before } = process.env;

  beforeEach(() => {
    delete process.env['BREAKWATER_MODEL_RUNS'];
  });

  afterEach(() => {
    if (before === undefined) delete process.env['BREAKWATER_MODEL_RUNS'];
    else process.env['BREAKWATER_MODEL_RUNS'] = before;
  });

  it('are as many as the spec says', () => {
    expect(modelRuns(1000)).toBe(1000);
  });

  it.each([
    ['1', 1],
    ['50', 50],
    ['1000000', 1_000_000],
  ])('are %s when the environment says so', (asked, runs) => {
    process.env['BREAKWATER_MODEL_RUNS'] = asked;
    expect(modelRuns(1000)).toBe(runs);
  });

  it.each(['', '0', '-1', '1.5', '1e3', ' 5', 'many', '99999999999999999999'])(
    'are not %j: that is refused, with what would be right',
    (asked) => {
      process.env['BREAKWATER_MODEL_RUNS'] = asked;
      expect(() => modelRuns(1000)).toThrow(
        new TypeError(`BREAKWATER_MODEL_RUNS is '${asked}': expected a whole number from 1`),
      );
    },
  );
});
