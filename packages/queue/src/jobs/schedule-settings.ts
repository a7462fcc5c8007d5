import type { Fault } from '@breakwater/core';
import { isUnsafeText, messageOf, settings } from '@breakwater/core/adapter';
import { CronTimes } from './cron-times.js';
import { payloadText } from './payload-text.js';

/** When a job of a name adds itself. */
export interface ScheduleOptions {
  /** A cron pattern of five fields, six that begin with seconds, or a nickname such as `'@daily'`. */
  cron: string;
  /** The zone of the pattern: an IANA name such as `'Europe/Berlin'`. Default `'UTC'`, whatever the machine's. */
  timeZone?: string;
  /**
   * Whether runs for which no process was up are made up for when one starts: `'once'` adds one job for all of them,
   * `'skip'` none. Default `'once'`.
   */
  missed?: 'once' | 'skip';
  /** Default `{}`. */
  payload?: unknown;
  tenant?: string;
}

export interface ScheduleSettings extends settings.SettingsOf<typeof schema> {
  readonly payload: unknown;
}

const EXPECTED = "expected a cron pattern such as '0 3 * * *'";

const schema = settings.options({
  cron: settings.text("a cron pattern such as '0 3 * * *'"),
  timeZone: settings.optional(settings.text("the name of a time zone such as 'Europe/Berlin'"), 'UTC'),
  missed: settings.optional(settings.oneOf('once', 'skip'), 'once'),
  tenant: settings.optional(settings.text()),
});

type Read = { readonly settings?: ScheduleSettings; readonly faults?: readonly Fault[] };

/** The schedule with its defaults, or all that is wrong with it. */
export function readSchedule(options: ScheduleOptions, path: string): Read {
  const { payload = {}, ...rest } = Object(options) as ScheduleOptions;
  const read = settings.readSettings(schema, settings.isPlain(options) ? rest : options, path);
  if (read.faults !== undefined) return { faults: read.faults };
  const faults = [...faultsOfTimes(read.settings, path), ...faultsOfJob({ ...read.settings, payload }, path)];
  return faults.length > 0 ? { faults } : { settings: { ...read.settings, payload } };
}

function faultsOfTimes({ cron, timeZone }: settings.SettingsOf<typeof schema>, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  if (!isTimeZone(timeZone)) {
    const message = `${settings.printed(timeZone)} given; expected the name of a time zone such as 'Europe/Berlin'`;
    faults.push({ path: `${path}.timeZone`, message });
  }
  try {
    const next = new CronTimes({ cron, timeZone: 'UTC' }).next(0);
    if (next === undefined)
      faults.push({ path: `${path}.cron`, message: `${shownPattern(cron)} given; it never comes` });
  } catch {
    faults.push({ path: `${path}.cron`, message: `${shownPattern(cron)} given; ${EXPECTED}` });
  }
  return faults;
}

function faultsOfJob({ payload, tenant = '' }: ScheduleSettings, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  if (isUnsafeText(tenant)) {
    faults.push({ path: `${path}.tenant`, message: 'text given with characters that cannot be kept' });
  }
  try {
    payloadText(payload, 'schedule');
  } catch (error) {
    faults.push({ path: `${path}.payload`, message: messageOf(error) });
  }
  return faults;
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Numbers, signs and names of days and months: text of another form may be a secret in the wrong place. */
function shownPattern(cron: string): string {
  return /^([\d*/,?#LW+-]+|[a-z]{3})( +([\d*/,?#LW+-]+|[a-z]{3})){1,6}$/i.test(cron)
    ? settings.quoted(cron)
    : settings.printed(cron);
}
