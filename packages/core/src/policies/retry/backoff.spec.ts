import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { seededRandom } from '../../testing/calls.fixture.js';
import { backoffMs } from './backoff.js';
import { retrySchema, type RetryOptions } from './retry.options.js';

function backoff(options: RetryOptions['backoff']) {
  return readSettings(retrySchema, { backoff: options }, 'retry').settings!.backoff;
}

function waits(options: RetryOptions['backoff'], attempts: number, random = () => 0.5): number[] {
  const settings = backoff(options);
  return Array.from({ length: attempts }, (_unused, i) => backoffMs(settings, i + 1, random));
}

describe('backoff', () => {
  it.each([
    ['constant', [100, 100, 100, 100, 100]],
    ['linear', [100, 200, 300, 400, 450]],
    ['exponential', [100, 200, 400, 450, 450]],
  ] as const)('grows: %s', (kind, expected) => {
    expect(waits({ kind, initial: 100, max: 450, jitter: 'none' }, 5)).toEqual(expected);
  });

  it('grows by the factor that is given', () => {
    expect(waits({ initial: 10, factor: 3, jitter: 'none' }, 4)).toEqual([10, 30, 90, 270]);
  });

  it('jitters: full from nothing to the wait, equal from half of it', () => {
    for (const [random, full, equal] of [
      [0, 0, 50],
      [0.5, 50, 75],
      [0.999, 99.9, 99.95],
    ] as const) {
      expect(waits({ initial: 100, jitter: 'full' }, 1, () => random)[0]).toBeCloseTo(full);
      expect(waits({ initial: 100, jitter: 'equal' }, 1, () => random)[0]).toBeCloseTo(equal);
    }
  });

  it.each(['none', 'full', 'equal'] as const)(
    'with jitter %s is never NaN, negative, infinite or above its maximum up to attempt 10 000',
    (jitter) => {
      const random = seededRandom(1);
      const wrong: string[] = [];
      for (const kind of ['constant', 'linear', 'exponential'] as const) {
        for (const [initial, max] of [
          [0, 0],
          [0, 10_000],
          [1, 10_000],
          [100, '30d'],
        ] as const) {
          const settings = backoff({ kind, initial, max, factor: 10, jitter });
          for (let attempt = 1; attempt <= 10_000; attempt++) {
            const ms = backoffMs(settings, attempt, random);
            if (!(ms >= 0 && ms <= settings.max)) wrong.push(`${kind} ${initial} ${attempt}: ${ms}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it('is the same again for the same random numbers', () => {
    const options = { initial: 100, jitter: 'full' } as const;
    expect(waits(options, 20, seededRandom(7))).toEqual(waits(options, 20, seededRandom(7)));
    expect(waits(options, 20, seededRandom(7))).not.toEqual(waits(options, 20, seededRandom(8)));
  });
});
