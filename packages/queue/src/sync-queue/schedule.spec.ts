import { TestClock } from '@breakwater/core/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ScheduledRun } from '../driver/queue-driver.js';
import { readJobOptions } from '../jobs/job-settings.js';
import type { ScheduleOptions } from '../jobs/schedule-settings.js';
import { Schedule } from './schedule.js';

const NIGHTLY: ScheduleOptions = { cron: '0 3 * * *' };
const MIDNIGHT = '2026-03-28T00:00:00Z';

/** The machine of a host: its wall clock can be wrong, while time passes as it does. */
class Machine extends TestClock {
  /** Milliseconds by which its wall clock is ahead. */
  ahead = 0;

  constructor(startsAt: string) {
    super(Date.parse(startsAt));
  }

  override wallNow(): number {
    return super.wallNow() + this.ahead;
  }
}

describe('a schedule', () => {
  /** The times for which jobs were added. */
  let added: string[];
  let known: Set<string>;
  let runs: Map<string, ScheduledRun>;
  let isAway: boolean;
  let schedules: Schedule[];

  beforeEach(() => {
    added = [];
    known = new Set();
    runs = new Map();
    isAway = false;
    schedules = [];
  });
  afterEach(stopAll);

  function stopAll(): void {
    for (const schedule of schedules) schedule.stop();
  }

  const driver = {
    scheduledRun: async (provider: string, name: string) => {
      if (isAway) throw new Error('away');
      return runs.get(`${provider} ${name}`);
    },
    noteScheduledRun: async (provider: string, name: string, run: ScheduledRun) => {
      if (isAway) throw new Error('away');
      runs.set(`${provider} ${name}`, run);
    },
  };

  /** A process begins that has the schedule. */
  async function start(clock: TestClock, options = NIGHTLY, kept: Partial<typeof driver> = driver): Promise<Schedule> {
    const { schedule } = readJobOptions({ schedule: options }, 'nightly');
    const parts = {
      clock,
      driver: kept,
      add: async (_: string, { options: { key = '' } = {} }: { readonly options?: { readonly key?: string } }) => {
        if (isAway) throw new Error('away');
        if (known.has(key)) return;
        known.add(key);
        added.push(/^schedule (.*):\d\d\.\d{3}Z$/.exec(key)![1]!);
      },
    };
    const started = new Schedule({ provider: 'crm', name: 'nightly', schedule: schedule! }, parts);
    schedules.push(started);
    started.start();
    await clock.advance(0);
    return started;
  }

  it('adds a job at each of its times, in UTC where no zone is named', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock);
    await clock.advance('3h');
    expect(added).toEqual(['2026-03-28T03:00']);
    await clock.advance('48h');
    expect(added).toEqual(['2026-03-28T03:00', '2026-03-29T03:00', '2026-03-30T03:00']);
    expect(clock.pendingTimers()).toBe(1);
  });

  it('keeps to the clocks of its zone through the changes of the year', async () => {
    const spring = new Machine('2026-03-28T12:00:00Z');
    await start(spring, { cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
    await spring.advance('24h');
    stopAll();
    const autumn = new Machine('2026-10-24T12:00:00Z');
    await start(autumn, { cron: '30 2 * * *', timeZone: 'Europe/Berlin', missed: 'skip' });
    await autumn.advance('24h');
    expect(added).toEqual(['2026-03-29T01:00', '2026-10-25T00:30']);
  });

  it('waits for longer than a timer can carry', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock, { cron: '0 3 26 4 *' });
    await clock.advance('29d');
    expect(added).toEqual([]);
    await clock.advance('1d');
    expect(added).toEqual(['2026-04-26T03:00']);
  });

  it('adds one job for two hosts, also where the job of the first is done and forgotten already', async () => {
    const [first, second] = [new Machine(MIDNIGHT), new Machine(MIDNIGHT)];
    second.ahead = -2000;
    await start(first);
    await start(second);
    await first.advance('4h');
    known.clear();
    await second.advance('4h');
    expect(added).toEqual(['2026-03-28T03:00']);
  });

  it('makes up by one job for all times at which no process was up', async () => {
    const clock = new Machine(MIDNIGHT);
    const before = await start(clock);
    await clock.advance('4h');
    before.stop();
    await clock.advance('3d');
    await start(clock);
    expect(added).toEqual(['2026-03-28T03:00', '2026-03-31T03:00']);
    await clock.advance('24h');
    expect(added).toEqual(['2026-03-28T03:00', '2026-03-31T03:00', '2026-04-01T03:00']);
  });

  it.each<[string, ScheduleOptions, Partial<typeof driver>]>([
    ['its options say so', { ...NIGHTLY, missed: 'skip' }, driver],
    ['a deploy has changed its pattern', { cron: '30 2 * * *' }, driver],
    ['a deploy has changed its zone', { ...NIGHTLY, timeZone: 'Europe/Berlin' }, driver],
    ['the driver keeps no runs', NIGHTLY, {}],
  ])('makes up for none where %s', async (_, options, kept) => {
    const clock = new Machine(MIDNIGHT);
    const before = await start(clock);
    await clock.advance('4h');
    before.stop();
    await clock.advance('3d');
    await start(clock, options, kept);
    await clock.advance('10m');
    expect(added).toEqual(['2026-03-28T03:00']);
  });

  it('runs nothing at the first start of all, and after a restart nothing that has run', async () => {
    const clock = new Machine('2026-03-28T10:00:00Z');
    for (let restart = 0; restart < 3; restart++) {
      (await start(clock)).stop();
      await clock.advance('1h');
    }
    expect(added).toEqual([]);
  });

  it('adds one job, at once, when the machine was suspended over several of its times', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock, { cron: '*/5 * * * *' });
    clock.suspend('8h');
    await clock.advance('1m');
    expect(added).toEqual(['2026-03-28T08:00']);
  });

  it('follows a clock that is put forward, within a minute', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock);
    clock.ahead = 2.9 * 3_600_000;
    await clock.advance('7m');
    expect(added).toEqual(['2026-03-28T03:00']);
  });

  it('adds no job twice when the clock is put back by an hour', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock, { cron: '0 * * * *' });
    await clock.advance('3h');
    known.clear();
    clock.ahead = -3_600_000;
    await clock.advance('2h');
    expect(added).toEqual(['2026-03-28T01:00', '2026-03-28T02:00', '2026-03-28T03:00', '2026-03-28T04:00']);
  });

  it('goes on by the right time when a clock that was years ahead is put right, also after a restart', async () => {
    const clock = new Machine(MIDNIGHT);
    clock.ahead = 10 * 365 * 86_400_000;
    const before = await start(clock);
    clock.ahead = 0;
    await clock.advance('4h');
    before.stop();
    runs.set('crm nightly', { ...runs.get('crm nightly')!, at: Date.parse('2036-01-01T00:00:00Z') });
    await start(clock);
    await clock.advance('24h');
    expect(added).toEqual(['2026-03-28T03:00', '2026-03-29T03:00']);
  });

  it('owes a job while the driver is away, and one for all that fall due meanwhile', async () => {
    const clock = new Machine(MIDNIGHT);
    await start(clock, { cron: '*/5 * * * *' });
    isAway = true;
    await clock.advance('30m');
    isAway = false;
    await clock.advance('2s');
    expect(added).toEqual(['2026-03-28T00:30']);
  });

  it('begins once the driver is there, which may be later than the process', async () => {
    const clock = new Machine(MIDNIGHT);
    isAway = true;
    await start(clock);
    await clock.advance('10s');
    isAway = false;
    await clock.advance('3h');
    expect(added).toEqual(['2026-03-28T03:00']);
  });
});
