import { describe, expect, it } from '@jest/globals';
import { readSettings } from '../../settings/read-settings.js';
import { timeoutSchema } from './timeout.options.js';

function read(input: unknown) {
  return readSettings(timeoutSchema, input, 'timeout');
}

describe('the settings of a timeout', () => {
  it.each([
    [{ attempt: '2s' }, { attempt: 2000 }],
    [{ total: '8s' }, { total: 8000 }],
    [
      { attempt: '2s', total: '8s' },
      { attempt: 2000, total: 8000 },
    ],
    [
      { attempt: 1, total: 1 },
      { attempt: 1, total: 1 },
    ],
  ])('%j are milliseconds', (input, settings) => {
    expect(read(input)).toEqual({ settings });
  });

  it('name a limit', () => {
    expect(read({}).faults).toEqual([
      { path: 'timeout.attempt', message: "nothing given; expected attempt: '2s', total: '10s', or both" },
    ]);
  });

  it('give an attempt no more time than the whole', () => {
    expect(read({ attempt: 5001, total: '5s' }).faults).toEqual([
      { path: 'timeout.attempt', message: '5001 given; expected at most timeout.total (5000 ms)' },
    ]);
  });

  it.each(['attempt', 'total'])('give %s some time', (option) => {
    expect(read({ [option]: 0 }).faults).toEqual([
      {
        path: `timeout.${option}`,
        message:
          "0 given; expected a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds of at least 1 ms",
      },
    ]);
  });
});
