import type { Fault } from '@breakwater/core';
import type { Layer } from '@breakwater/core/adapter';
import { settingAt } from './setting-at.js';
import { PREFIX } from './variable-names.js';

const BASE = 'resilience.defaults.';

/**
 * A warning for every variable of a default that each provider's own settings override: in an incident such a
 * `RESILIENCE__DEFAULTS__RETRY=false` would be believed to be in effect. `sources` are the variables by path.
 */
export function overruledDefaults(
  sources: ReadonlyMap<string, string>,
  defaults: Layer,
  providers: Layer,
): readonly Fault[] {
  const all = Object.values(providers);
  if (all.length === 0) return [];
  return [...sources].flatMap(([place, variable]) => {
    if (!place.startsWith(BASE)) return [];
    const path = place.slice(BASE.length).split('.');
    const value = settingAt(defaults, path);
    const overrules = (own: unknown) => ![undefined, value].includes(settingAt(own, path));
    if (!all.every(overrules)) return [];
    const example = variable.replace(`${PREFIX}DEFAULTS`, `${PREFIX}<PROVIDER>`);
    return [{ path: variable, message: `it has no effect: each provider has a setting of its own. Use ${example}` }];
  });
}
