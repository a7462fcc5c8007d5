import type { ProviderParts } from './provider.js';
import { PROVIDER_SETTINGS } from './provider-options.js';
import type { Fault } from './settings/fault.js';
import { isPlain, mergeSettings, type Layer } from './settings/merge-settings.js';
import { readPolicies, unknownSettings } from './settings/read-policies.js';

/** Everything that is wrong with a provider's settings, what differs for single methods and the top layer included. */
export function checkProviderSettings(settings: Layer, { path, top, sections = [] }: ProviderParts): readonly Fault[] {
  const base = mergeSettings(settings, top);
  const faults: Fault[] = [...unknownSettings(base, path, [...PROVIDER_SETTINGS, ...sections])];
  readPolicies(base, path, faults);
  const { classify, enabled, methods = {} } = base;
  if (classify !== undefined && typeof classify !== 'function') {
    faults.push({ path: `${path}.classify`, message: 'expected a function of the result' });
  }
  if (enabled !== undefined && typeof enabled !== 'boolean') {
    faults.push({ path: `${path}.enabled`, message: 'expected true or false' });
  }
  if (!isPlain(methods)) return [...faults, { path: `${path}.methods`, message: 'expected an object of methods' }];
  for (const [name, layer] of Object.entries(methods)) checkMethod(`${path}.methods.${name}`, layer, base, faults);
  return faults;
}

/** What a method does not mention was checked with the provider's settings already. */
function checkMethod(path: string, layer: unknown, base: Layer, faults: Fault[]): void {
  if (!isPlain(layer)) {
    faults.push({ path, message: 'expected an object of policies' });
    return;
  }
  faults.push(...unknownSettings(layer, path, []));
  const merged = mergeSettings(base, layer);
  readPolicies(Object.fromEntries(Object.keys(layer).map((kind) => [kind, merged[kind]])), path, faults);
}
