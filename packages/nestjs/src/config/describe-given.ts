import { settings } from '@breakwater/core/adapter';
import type { Section } from './section.js';

/** Describes what was given in a section, for messages. A secret may stand in any place of it, by mistake. */
export function describeGiven({ credentials, shows }: Section) {
  return (value: unknown, [option, ...rest]: readonly string[]): string => {
    const inCredential = option !== undefined && credentials.includes(option);
    if (typeof value === 'number' && inCredential) return 'a number';
    if (typeof value !== 'string') return settings.printed(value);
    if (option === undefined) return 'text';
    const isShown = settings.isHarmless(value) || (rest.length === 0 && shows?.(option, value) === true);
    return isShown && (!inCredential || value.length < 4) ? settings.quoted(value) : 'text';
  };
}
