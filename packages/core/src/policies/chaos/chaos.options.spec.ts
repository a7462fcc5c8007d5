import { afterEach, describe, expect, it } from '@jest/globals';
import { createProvider } from '../../provider/create-provider.js';
import { readSettings } from '../../settings/read-settings.js';
import { chaosSchema, chaosSchemaFor } from './chaos.options.js';
import { isProduction } from './is-production.js';

const read = (chaos: unknown, production = false) =>
  readSettings(
    chaosSchemaFor(() => production),
    chaos,
    'chaos',
  );
const DOWN = { fault: { rate: 1, status: 500 } };
const DURATION = "expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds";

describe('settings of chaos', () => {
  it('are read, with their defaults', () => {
    const error = () => new Error('made up');
    const run = () => undefined;
    const only = () => true;
    const chaos = {
      latency: { rate: 0.1, delay: '2s' },
      behavior: { rate: 0.2, run },
      fault: { rate: 0.3, error },
      outcome: { rate: 0.4, value: 'made up' },
      only,
    };
    expect(read(chaos).settings).toEqual({
      latency: { rate: 0.1, delay: { min: 2000, max: 2000 } },
      behavior: { rate: 0.2, run },
      fault: { rate: 0.3, error },
      outcome: { rate: 0.4, make: expect.any(Function) },
      only,
      enabled: true,
      inProduction: false,
    });
    const between = { latency: { rate: 1, delay: { min: '1s', max: '1s' } } };
    expect(read(between).settings?.latency).toEqual({ rate: 1, delay: { min: 1000, max: 1000 } });
    expect(read({ latency: { rate: 0, delay: '24h' } }).faults).toBeUndefined();
  });

  it.each<[unknown, string, string]>([
    [{}, 'fault', 'nothing given; expected at least one of latency, behavior, fault and outcome'],
    [{ fault: { status: 500 } }, 'fault.rate', 'nothing given; it is required'],
    [{ fault: { rate: 1.1, status: 500 } }, 'fault.rate', '1.1 given; expected a number from 0 to 1'],
    [{ latency: { rate: -1, delay: 1 } }, 'latency.rate', '-1 given; expected a number from 0 to 1'],
    [{ behavior: { rate: '1', run: () => 1 } }, 'behavior.rate', "'1' given; expected a number from 0 to 1"],
    [{ outcome: { rate: 2 } }, 'outcome.rate', '2 given; expected a number from 0 to 1'],
    [{ fault: { rate: 1 } }, 'fault.status', 'nothing given; expected one of status, code and error'],
    [
      { fault: { rate: 1, status: 500, code: 'EPIPE' } },
      'fault.status',
      '500 given; expected one of status, code and error',
    ],
    [{ fault: { rate: 1, status: 399 } }, 'fault.status', '399 given; expected a whole number from 400 to 599'],
    [{ fault: { rate: 1, status: 600 } }, 'fault.status', '600 given; expected a whole number from 400 to 599'],
    [
      { fault: { rate: 1, code: 'EPIPE', retryAfter: 5 } },
      'fault.retryAfter',
      '5 given; only with a status: nothing else asks to wait',
    ],
    [{ fault: { rate: 1, code: Number.NaN } }, 'fault.code', 'NaN given; expected text that is not empty'],
    [{ fault: { rate: 1, code: '' } }, 'fault.code', "'' given; expected text that is not empty"],
    [{ fault: { rate: 1, error: 'text' } }, 'fault.error', "'text' given; expected a function"],
    [{ behavior: { rate: 1, run: 'text' } }, 'behavior.run', "'text' given; expected a function"],
    [{ ...DOWN, only: 'charge' }, 'only', "'charge' given; expected a function"],
    [{ ...DOWN, enabled: 1 }, 'enabled', '1 given; expected true or false'],
    [{ latency: { rate: 1, delay: 'soon' } }, 'latency.delay', `'soon' given; ${DURATION} of at most 86400000 ms`],
    [{ latency: { rate: 1, delay: null } }, 'latency.delay', `null given; ${DURATION} of at most 86400000 ms`],
    [{ latency: { rate: 1, delay: '25h' } }, 'latency.delay', `'25h' given; ${DURATION} of at most 86400000 ms`],
    [{ latency: { rate: 1, delay: { min: 2, max: 1 } } }, 'latency.delay.max', '1 given; expected at least min (2 ms)'],
    [
      { latency: { rate: 1, delay: { min: 0, max: '25h' } } },
      'latency.delay.max',
      `'25h' given; ${DURATION} of at most 86400000 ms`,
    ],
    [
      { latency: { rate: 1, delay: { min: '25h', max: 1 } } },
      'latency.delay.min',
      `'25h' given; ${DURATION} of at most 86400000 ms`,
    ],
  ])('are refused where they make no sense: %j', (chaos, path, message) => {
    expect(read(chaos).faults).toEqual([{ path: `chaos.${path}`, message }]);
  });

  it.each<[unknown, string, boolean]>([
    [{ latency: { rate: 1, delay: { min: 5, max: -1 } } }, 'latency.delay.max', false],
    [{ latency: { rate: 1, delay: { min: 86_400_001, max: 5 } } }, 'latency.delay.min', false],
    [{ fault: { rate: 1, status: 399, code: 'EPIPE' } }, 'fault.status', false],
    [{ fault: { rate: 1, status: 500, code: '' } }, 'fault.code', false],
    [{ fault: { rate: 1, status: 500, error: 'text' } }, 'fault.error', false],
    [{ fault: { rate: 1, code: 'EPIPE', retryAfter: -1 } }, 'fault.retryAfter', false],
    [{ enabled: 'yes' }, 'enabled', false],
    [{ ...DOWN, enabled: 'yes' }, 'enabled', true],
    [{ ...DOWN, inProduction: 0 }, 'inProduction', true],
  ])('of which one option is wrong by itself are told of that alone: %j', (chaos, path, production) => {
    expect(read(chaos, production).faults?.map((fault) => fault.path)).toEqual([`chaos.${path}`]);
  });

  describe('in production', () => {
    const before = process.env['NODE_ENV'];

    afterEach(() => {
      if (before === undefined) delete process.env['NODE_ENV'];
      else process.env['NODE_ENV'] = before;
    });

    it('are a fault unless they say that they are meant', () => {
      expect(read(DOWN, true).faults).toEqual([
        {
          path: 'chaos.inProduction',
          message: 'false given; chaos is not for production: leave it out, or say inProduction: true if it is meant',
        },
      ]);
      expect(read({ ...DOWN, inProduction: false }, true).faults).toHaveLength(1);
      expect(read({ ...DOWN, inProduction: true }, true).settings).toMatchObject({ inProduction: true, enabled: true });
      expect(read(DOWN, false).faults).toBeUndefined();
    });

    it('are none while they are switched off', () => {
      expect(read({ ...DOWN, enabled: false }, true).faults).toBeUndefined();
      expect(read({ enabled: false }, true).faults).toBeUndefined();
    });

    it('are refused by every provider of a process that says it is in production', () => {
      process.env['NODE_ENV'] = 'production';
      expect(() => createProvider('payments', { chaos: DOWN })).toThrow('chaos is not for production');
      expect(readSettings(chaosSchema, DOWN, 'chaos').faults).toHaveLength(1);
      const provider = createProvider('payments', { chaos: { ...DOWN, enabled: false } });
      expect(() => provider.reconfigure({ chaos: { enabled: true } })).toThrow('chaos is not for production');
      process.env['NODE_ENV'] = 'test';
      expect(() => createProvider('payments', { chaos: DOWN })).not.toThrow();
    });

    it('is known by NODE_ENV', () => {
      expect(isProduction({ NODE_ENV: 'production' })).toBe(true);
      for (const other of ['', 'development', 'test', undefined]) expect(isProduction({ NODE_ENV: other })).toBe(false);
    });
  });
});
