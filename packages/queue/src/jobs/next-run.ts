import { settings } from '@breakwater/core/adapter';
import { Cron } from 'croner';

interface Pattern {
  readonly cron: string;
  readonly timezone?: string;
}

/** When a cron pattern next matches after a time, in epoch milliseconds; `undefined` when it never does again. */
export function nextRun(pattern: Pattern, after: number): number | undefined {
  return cronOf(pattern).nextRun(new Date(after))?.getTime();
}

/** Numbers, signs and names of days and months: text of another form may be a secret in the wrong place. */
function shownPattern(cron: string): string {
  return /^([\d*/,?#LW+-]+|[a-z]{3})( +([\d*/,?#LW+-]+|[a-z]{3})){1,6}$/i.test(cron)
    ? settings.quoted(cron)
    : settings.printed(cron);
}

/** The fault of a pattern; `undefined` where it can be used. */
export function scheduleFault(pattern: Pattern): string | undefined {
  try {
    cronOf(pattern).nextRun(new Date(0));
    return undefined;
  } catch {
    return `${shownPattern(pattern.cron)} given; expected a cron pattern such as '0 3 * * *'`;
  }
}

/** Paused: only its arithmetic is used, so that no timer runs that the clock does not know of. */
function cronOf({ cron, timezone }: Pattern): Cron {
  return new Cron(cron, { paused: true, ...(timezone !== undefined && { timezone }) });
}
