import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readSettings } from '../../settings/read-settings.js';
import { seededRandom } from '../../testing/calls.fixture.js';
import { backoffMs } from './backoff.js';
import { retrySchema, type RetryOptions } from './retry.options.js';

function backoff(options: RetryOptions['backoff']) {
  return readSettings(retrySchema, { backoff: options }, 'retry').settings!.backoff;
}

function waits(options: RetryOptions['backoff'], attempts: number, random = () => 0.5): number[] {
  const settings = backoff(options);
  let previousMs: number | undefined;
  return Array.from(
    { length: attempts },
    (_unused, i) => (previousMs = backoffMs(settings, { attempt: i + 1, previousMs }, random)),
  );
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

  it('decorrelated, is anything from the initial wait to three times the one before, up to the maximum', () => {
    const decorrelated = { kind: 'decorrelated', initial: 100, max: 1000 } as const;
    expect(waits(decorrelated, 4, () => 0)).toEqual([100, 100, 100, 100]);
    expect(waits(decorrelated, 4, () => 0.5)).toEqual([200, 350, 575, 912.5]);
    expect(waits(decorrelated, 4, () => 1)).toEqual([300, 900, 1000, 1000]);
  });

  it('decorrelated, has a jitter and a growth of its own, and takes no other', () => {
    const message = expect.stringMatching(
      /given; not for kind: 'decorrelated', which has a growth and a jitter of its own$/,
    );
    const given = { backoff: { kind: 'decorrelated', jitter: 'none', factor: 50 } };
    expect(readSettings(retrySchema, given, 'retry').faults).toEqual([
      { path: 'retry.backoff.factor', message },
      { path: 'retry.backoff.jitter', message },
    ]);
  });

  it('stays a wait for any settings, attempt and random number, and is the same again for the same seed', () => {
    const options = fc.record({
      kind: fc.constantFrom('constant', 'linear', 'exponential', 'decorrelated'),
      jitter: fc.constantFrom('none', 'full', 'equal'),
      initial: fc.nat(10_000),
      max: fc.integer({ min: 10_000, max: 2 ** 40 }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(options, fc.nat(), fc.integer({ min: 1, max: 10_000 }), (given, seed, attempt) => {
        const { jitter: _jitter, factor: _factor, ...plain } = given;
        const settings = backoff((given.kind === 'decorrelated' ? plain : given) as RetryOptions['backoff']);
        const random = seededRandom(seed);
        const previousMs = settings.initial + (settings.max - settings.initial) * random();
        const ms = backoffMs(settings, { attempt, previousMs }, random);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(settings.max);
        const again = seededRandom(seed);
        again();
        expect(backoffMs(settings, { attempt, previousMs }, again)).toBe(ms);
      }),
    );
  });

  it.each(['none', 'full', 'equal'] as const)(
    'with jitter %s is never NaN, negative, infinite or above its maximum up to attempt 10 000',
    (jitter) => {
      const random = seededRandom(1);
      const wrong: string[] = [];
      for (const kind of ['constant', 'linear', 'exponential', 'decorrelated'] as const) {
        for (const [initial, max] of [
          [0, 0],
          [0, 10_000],
          [1, 10_000],
          [100, '30d'],
        ] as const) {
          const own = kind === 'decorrelated' ? {} : { factor: 10, jitter };
          const settings = backoff({ kind, initial, max, ...own });
          let ms: number | undefined;
          for (let attempt = 1; attempt <= 10_000; attempt++) {
            ms = backoffMs(settings, { attempt, previousMs: ms }, random);
            if (!(ms >= 0 && ms <= settings.max)) wrong.push(`${kind} ${initial} ${attempt}: ${ms}`);
          }
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  it.each([{ jitter: 'full' }, { jitter: 'equal' }, { kind: 'decorrelated' }] as const)(
    'is the same again for the same random numbers: %j',
    (how) => {
      const options = { initial: 100, ...how };
      expect(waits(options, 20, seededRandom(7))).toEqual(waits(options, 20, seededRandom(7)));
      expect(waits(options, 20, seededRandom(7))).not.toEqual(waits(options, 20, seededRandom(8)));
    },
  );
});
