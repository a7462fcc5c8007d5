import type * as v from 'valibot';

/** The parts with which settings are described and read, for packages that add sections of their own. */
export {
  callback,
  consistent,
  duration,
  flag,
  integer,
  number,
  oneOf,
  optional,
  options,
  ratio,
  text,
} from './fields.js';
export { isPlain } from '../values/is-plain.js';
export { isHarmless } from '../values/is-harmless.js';
export { shownPath } from '../values/shown-path.js';
export { printed, quoted } from '../values/printed.js';
export { isUsualName, shownUserName } from '../values/usual-name.js';
export { readSettings } from './read-settings.js';
export { isMisspelt, nearestName, shownName, unknownName } from './unknown-name.js';

/** The settings that a schema reads. */
export type SettingsOf<S extends v.GenericSchema> = v.InferOutput<S>;
