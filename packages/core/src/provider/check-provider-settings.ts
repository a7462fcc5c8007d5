import { PROVIDER_SETTINGS } from './provider-options.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';
import { callback, flag, optional } from '../settings/fields.js';
import { isPlain } from '../values/is-plain.js';
import { mergeSettings, type Layer } from '../settings/merge-settings.js';
import { printed } from '../values/printed.js';
import { readPolicies, unknownSettings } from '../policies/policy-catalog.js';
import { readSettings } from '../settings/read-settings.js';

/**
 * Everything that is wrong with a provider's settings, what differs for single methods and the top layer included. Of `patch`, which they
 * hold already, also what the top layer hides.
 */
export function checkProviderSettings(settings: unknown, parts: ProviderParts, patch?: Layer): readonly Fault[] {
  const { path, top } = parts;
  if (!isPlain(settings)) return [notAnObject(path, settings, 'settings, for example { retry: { attempts: 3 } }')];
  const faults = checkMerged(mergeSettings(settings, top), parts);
  const places = new Set(faults.map((fault) => fault.path));
  const hidden = patch === undefined ? [] : checkMerged(mergeSettings(settings, top, patch), parts);
  return [...faults, ...hidden.filter((fault) => !places.has(fault.path))];
}

function checkMerged(base: Layer, { path, sections = {} }: ProviderParts): readonly Fault[] {
  const faults: Fault[] = [
    ...unknownSettings(base, path, [...PROVIDER_SETTINGS, ...Object.keys(sections)]),
    ...Object.keys(sections)
      .filter((name) => base[name] !== undefined)
      .map((name) => ({ path: `${path}.${name}`, message: `it is not read here: give it to ${sections[name]}` })),
  ];
  readPolicies(base, path, faults);
  const { classify, enabled, methods } = base;
  faults.push(
    ...(readSettings(optional(callback('a function of the result')), classify, `${path}.classify`).faults ?? []),
    ...(readSettings(optional(flag()), enabled, `${path}.enabled`).faults ?? []),
    ...checkMethods(methods, base, `${path}.methods`),
  );
  return faults;
}

function checkMethods(methods: unknown, base: Layer, path: string): readonly Fault[] {
  if (methods === undefined || methods === null) return [];
  if (!isPlain(methods)) return [notAnObject(path, methods, 'methods')];
  return Object.entries(methods).flatMap(([name, layer]) => checkMethod(layer, base, `${path}.${name}`));
}

/** What a method does not mention was checked with the provider's settings already. */
function checkMethod(layer: unknown, base: Layer, path: string): readonly Fault[] {
  if (layer === null) return [];
  if (!isPlain(layer)) return [notAnObject(path, layer, 'policies')];
  const faults: Fault[] = [...unknownSettings(layer, path, [])];
  const merged = mergeSettings(base, layer);
  readPolicies(Object.fromEntries(Object.keys(layer).map((kind) => [kind, merged[kind]])), path, faults);
  return faults;
}

function notAnObject(path: string, given: unknown, of: string): Fault {
  return { path, message: `${printed(given)} given; expected an object of ${of}` };
}
