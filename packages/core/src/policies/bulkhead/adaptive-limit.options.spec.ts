import { describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { readSettings } from '../../settings/read-settings.js';
import { outcomeOf } from '../../testing/calls.fixture.js';
import { TestClock } from '../../testing/test-clock.js';
import { bulkheadSchema } from './bulkhead.options.js';
import { snapshotOf } from '../../testing/snapshot-of.js';

const read = (bulkhead: unknown) => readSettings(bulkheadSchema, bulkhead, 'bulkhead');

describe('settings of a bulkhead', () => {
  it('have defaults, and no adaptive limit', () => {
    expect(read({}).settings).toEqual({ concurrency: 10, queue: 0, wait: undefined, adaptive: undefined });
    expect(read({ adaptive: false }).settings?.adaptive).toBeUndefined();
  });

  it('have an adaptive limit from 1 to 200, or to where it begins when that is more', () => {
    const expected = { algorithm: 'aimd', min: 1, max: 200 };
    expect(read({ adaptive: true }).settings?.adaptive).toEqual(expected);
    expect(read({ adaptive: {} }).settings?.adaptive).toEqual(expected);
    expect(read({ concurrency: 300, adaptive: {} }).settings?.adaptive).toEqual({ ...expected, max: 300 });
    expect(read({ adaptive: { max: 20, slowerThan: '2s' } }).settings?.adaptive).toEqual({
      ...expected,
      max: 20,
      slowerThan: 2000,
    });
    expect(read({ concurrency: 5, adaptive: { min: 5, max: 5 } }).faults).toBeUndefined();
  });

  it.each<[object, string, unknown]>([
    [{ adaptive: { min: 3, max: 2 }, concurrency: 3 }, 'bulkhead.adaptive.max', '2 given; expected at least min (3)'],
    [{ adaptive: { min: 11 } }, 'bulkhead.concurrency', '10 given; expected at least adaptive.min (11)'],
    [{ adaptive: { max: 9 } }, 'bulkhead.concurrency', '10 given; expected at most adaptive.max (9)'],
    [{ adaptive: { min: 0 } }, 'bulkhead.adaptive.min', '0 given; expected a whole number from 1 to 1000000'],
    [{ adaptive: { max: 0 } }, 'bulkhead.adaptive.max', '0 given; expected a whole number from 1 to 1000000'],
    [
      { adaptive: { algorithm: 'vegas' } },
      'bulkhead.adaptive.algorithm',
      "'vegas' given; expected one of 'aimd', 'gradient'",
    ],
    [
      { adaptive: { backoffRatio: 0.49 } },
      'bulkhead.adaptive.backoffRatio',
      '0.49 given; expected a number from 0.5 to 0.99',
    ],
    [
      { adaptive: { slowerThan: 0 } },
      'bulkhead.adaptive.slowerThan',
      "0 given; expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds of at least 1 ms",
    ],
    [
      { adaptive: { algorithm: 'gradient', tolerance: 0.9 } },
      'bulkhead.adaptive.tolerance',
      '0.9 given; expected a number from 1 to 100',
    ],
    [
      { adaptive: { algorithm: 'gradient', smoothing: 0 } },
      'bulkhead.adaptive.smoothing',
      '0 given; expected a share above 0, at most 1',
    ],
    [{ adaptive: { tolerance: 2 } }, 'bulkhead.adaptive.tolerance', "2 given; only for algorithm: 'gradient'"],
    [{ adaptive: { smoothing: 1 } }, 'bulkhead.adaptive.smoothing', "1 given; only for algorithm: 'gradient'"],
    [{ adaptive: { queueSize: 4 } }, 'bulkhead.adaptive.queueSize', "4 given; only for algorithm: 'gradient'"],
    [{ adaptive: { longWindow: 9 } }, 'bulkhead.adaptive.longWindow', "9 given; only for algorithm: 'gradient'"],
    [
      { adaptive: { algorithm: 'gradient', backoffRatio: 0.9 } },
      'bulkhead.adaptive.backoffRatio',
      "0.9 given; only for algorithm: 'aimd'",
    ],
    [
      { adaptive: { algorithm: 'gradient', slowerThan: 9 } },
      'bulkhead.adaptive.slowerThan',
      "9 given; only for algorithm: 'aimd'",
    ],
    ...['aimd', 7, []].map((adaptive): [object, string, unknown] => [
      { adaptive },
      'bulkhead.adaptive',
      expect.stringMatching(
        /given; expected true, false or an object such as \{ algorithm: 'aimd', min: 1, max: 100 \}$/,
      ),
    ]),
  ])('are refused where they make no sense: %j', (bulkhead, path, message) => {
    expect(read(bulkhead).faults).toEqual([{ path, message }]);
  });

  it('can be switched off by a later layer, and on with the defaults', async () => {
    const provider = createProvider('payments', { bulkhead: { adaptive: { max: 50 } } }, { clock: new TestClock() });
    await outcomeOf(provider.execute(() => 1));
    const adaptive = () => snapshotOf(provider, 'bulkhead').adaptive;
    expect(adaptive()).toMatchObject({ algorithm: 'aimd', max: 50 });
    provider.reconfigure({ bulkhead: { adaptive: true } });
    expect(adaptive()).toMatchObject({ max: 50 });
    provider.reconfigure({ bulkhead: { adaptive: false } });
    expect(adaptive()).toBeUndefined();
    provider.reconfigure({ bulkhead: { adaptive: true } });
    expect(adaptive()).toMatchObject({ max: 200 });
  });
});
