import { settings } from '@breakwater/core/adapter';

const duration = settings.duration();

/** Whether text is a duration, such as `'2s'`. */
export function isDuration(text: string): boolean {
  return settings.readSettings(duration, text, '').faults === undefined;
}
