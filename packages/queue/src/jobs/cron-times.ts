import { Cron } from 'croner';

export interface CronPattern {
  readonly cron: string;
  readonly timeZone: string;
}

/**
 * The times at which a cron pattern matches, in epoch milliseconds. Where clocks are put forward, a time of day that
 * is left out becomes the first one after; where they are put back, it is the first of the two. A pattern for every
 * hour, or every so many minutes, matches as time passes through both.
 */
export class CronTimes {
  private readonly cron: Cron;

  /** Throws for a pattern or a zone that cannot be used. */
  constructor({ cron, timeZone }: CronPattern) {
    // A text with a colon would be read as one date.
    if (cron.includes(':')) throw new TypeError('a cron pattern has no colon');
    // Paused: only its arithmetic is used, so that no timer runs that the clock does not know of.
    const form = { mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard' } as const;
    this.cron = new Cron(cron, { ...form, paused: true, timezone: timeZone });
  }

  /** The first after a time; `undefined` where there is none for a thousand years. */
  next(after: number): number | undefined {
    return this.cron.nextRun(new Date(after))?.getTime();
  }

  /** The latest up to a time. */
  latest(upTo: number): number | undefined {
    return this.cron.previousRuns(1, new Date(upTo + 1))[0]?.getTime();
  }
}
