import { describe, expect, it } from '@jest/globals';
import { readJobOptions } from './job-settings.js';

describe('the schedule of a job', () => {
  it('is in UTC and makes up for missed runs, where nothing else is said', () => {
    const { schedule } = readJobOptions({ schedule: { cron: '0 3 * * *' } }, 'nightly');
    expect(schedule).toEqual({ cron: '0 3 * * *', timeZone: 'UTC', missed: 'once', payload: {}, tenant: undefined });
  });

  it.each<[unknown, RegExp]>([
    ['0 3 * * *', /nightly\.schedule: .* given; expected a plain object with the options cron, timeZone/],
    [{}, /schedule\.cron: nothing given; it is required/],
    [{ cron: '0 25 * * *' }, /schedule\.cron: '0 25 \* \* \*' given; expected a cron pattern/],
    [{ cron: '0 0 30 2 *' }, /schedule\.cron: '0 0 30 2 \*' given; it never comes/],
    [{ cron: '2026-01-01T03:00' }, /schedule\.cron: .* given; expected a cron pattern/],
    [{ cron: '0 3 * * *', timezone: 'UTC' }, /schedule\.timezone: unknown option; did you mean 'timeZone'/],
    [{ cron: '0 3 * * *', timeZone: 'Europe/Berln' }, /schedule\.timeZone: .* expected the name of a time zone/],
    [{ cron: '0 3 * * *', timeZone: '' }, /schedule\.timeZone: '' given; expected the name of a time zone/],
    [{ cron: '0 3 * * *', missed: 'all' }, /schedule\.missed: 'all' given; expected one of 'once', 'skip'/],
    [{ cron: '0 3 * * *', payload: new Map() }, /schedule\.payload: .* an instance of Map given/],

    [{ cron: '0 3 * * *', tenant: 'a\0' }, /schedule\.tenant: .*cannot be kept/],
  ])('is refused with what would be right: %j', (schedule, message) => {
    expect(() => readJobOptions({ schedule: schedule as never }, 'nightly')).toThrow(message);
  });
});
