import { describe, expect, it } from '@jest/globals';
import { CronTimes } from './cron-times.js';

/** The next so many times after one, as day, hour and minute in UTC. */
function timesOf(cron: string, timeZone: string, [after, count]: readonly [string, number]): readonly string[] {
  const times = new CronTimes({ cron, timeZone });
  const found: number[] = [];
  for (let at = Date.parse(after); found.length < count;) found.push((at = times.next(at)!));
  // Each is found again from behind.
  for (const at of found) expect([times.latest(at), times.latest(at + 999)]).toEqual([at, at]);
  return found.map((at) => new Date(at).toISOString().slice(5, 16));
}

const SPRING = '2026-03-28T12:00:00Z';
const AUTUMN = '2026-10-24T12:30:00Z';

describe('the times of a cron pattern', () => {
  it.each<[string, string, string, readonly string[]]>([
    // Clocks go from 2:00 to 3:00 on 29 March.
    ['30 2 * * *', 'Europe/Berlin', SPRING, ['03-29T01:00', '03-30T00:30']],
    ['0 2,14 * * *', 'Europe/Berlin', SPRING, ['03-28T13:00', '03-29T01:00', '03-29T12:00']],
    ['*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:10:00Z', ['03-29T00:30', '03-29T01:00', '03-29T01:30']],
    // And from 3:00 to 2:00 on 25 October.
    ['30 2 * * *', 'Europe/Berlin', AUTUMN, ['10-25T00:30', '10-26T01:30']],
    ['0 2,14 * * *', 'Europe/Berlin', AUTUMN, ['10-25T00:00', '10-25T13:00']],
    ['*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:10:00Z', ['10-25T00:30', '10-25T01:00', '10-25T01:30']],
    // There is no midnight on 24 April.
    ['0 0 * * *', 'Africa/Cairo', '2026-04-23T12:00:00Z', ['04-23T22:00', '04-24T21:00']],
    // Half an hour is left out.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T22:30:00Z', ['10-03T15:30', '10-04T15:15']],
    ['30 2 * * *', 'UTC', SPRING, ['03-29T02:30', '03-30T02:30']],
    ['15 30 2 * * *', 'UTC', SPRING, ['03-29T02:30']],
    ['@daily', 'UTC', SPRING, ['03-29T00:00', '03-30T00:00']],
    ['0 3 29 2 *', 'UTC', SPRING, ['02-29T03:00']],
  ])('of %s in %s after %s', (cron, timeZone, after, times) => {
    expect(timesOf(cron, timeZone, [after, times.length])).toEqual(times);
  });

  it('are the same on machines of every zone', () => {
    const { TZ } = process.env;
    try {
      const seen = ['America/New_York', 'Asia/Tokyo', 'UTC'].map((zone) => {
        process.env['TZ'] = zone;
        return timesOf('0 3 * * *', 'UTC', [SPRING, 3]);
      });
      expect(seen).toEqual(Array.from({ length: 3 }, () => ['03-29T03:00', '03-30T03:00', '03-31T03:00']));
    } finally {
      if (TZ === undefined) delete process.env['TZ'];
      else process.env['TZ'] = TZ;
    }
  });

  it.each(['0 0 * * * * 2030', '2026-01-01T03:00:00', 'every night: 3', '0 3 * *', ''])(
    'are refused to what is no cron pattern: %j',
    (cron) => {
      expect(() => new CronTimes({ cron, timeZone: 'UTC' })).toThrow(/cron pattern|parts|configuration/i);
    },
  );
});
