import { ResilienceConfigurationError } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import type { GenericSchema } from 'valibot';

/**
 * The options of a source with their defaults. Throws a `ResilienceConfigurationError` that lists all that is wrong,
 * and shows nothing of what was given: a credential may stand in any place.
 */
export function readSourceOptions<S extends GenericSchema>(
  schema: S,
  given: unknown,
  source: string,
): settings.SettingsOf<S> {
  const read = settings.readSettings(schema, given, source, (value) =>
    typeof value === 'string' ? 'text' : Array.isArray(value) ? 'a list' : typeof value,
  );
  if (read.faults !== undefined) throw new ResilienceConfigurationError(read.faults);
  return read.settings;
}
