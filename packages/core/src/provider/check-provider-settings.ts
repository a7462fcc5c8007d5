import { PROVIDER_SETTINGS } from './provider-options.js';
import type { ProviderParts } from './provider-parts.js';
import type { Fault } from '../settings/fault.js';
import { describeHttp, httpSchema } from '../http/http.options.js';
import { callback, flag, optional } from '../settings/fields.js';
import { isHarmless } from '../values/is-harmless.js';
import { isPlain } from '../values/is-plain.js';
import type { Layer } from '../settings/merge-settings.js';
import { printed } from '../values/printed.js';
import { isUsualName } from '../values/usual-name.js';
import { catalog as standardCatalog } from '../policies/catalog.js';
import type { PolicyCatalog } from '../policies/policy-catalog.js';
import { readSettings } from '../settings/read-settings.js';

/**
 * Everything that is wrong with a provider's settings, with its methods' and the top layer laid over them. `patch` is
 * the part of the settings that is new: faults in it are found also where the top layer hides them.
 */
export function checkProviderSettings(settings: unknown, parts: ProviderParts, patch?: Layer): readonly Fault[] {
  const { path, top, catalog = standardCatalog } = parts;
  if (!isPlain(settings)) return [notAnObject(path, settings, 'settings, for example { retry: { attempts: 3 } }')];
  const faults = checkMerged(catalog.merge(settings, top), parts);
  const places = new Set(faults.map((fault) => fault.path));
  const hidden = patch === undefined ? [] : checkMerged(catalog.merge(settings, top, patch), parts);
  return [...faults, ...hidden.filter((fault) => !places.has(fault.path))];
}

function checkMerged(base: Layer, { path, sections = {}, catalog = standardCatalog }: ProviderParts): readonly Fault[] {
  const faults: Fault[] = [
    ...catalog.unknown(base, path, [...new Set([...PROVIDER_SETTINGS, ...Object.keys(sections)])]),
    ...Object.keys(sections)
      .filter((name) => base[name] !== undefined)
      .map((name) => ({ path: `${path}.${name}`, message: `it is not read here: give it to ${sections[name]}` })),
  ];
  catalog.read(base, path, faults);
  const { classify, enabled, http, methods } = base;
  faults.push(
    ...(readSettings(optional(callback('a function of the result')), classify, `${path}.classify`).faults ?? []),
    ...('http' in sections
      ? []
      : (readSettings(optional(httpSchema), http, `${path}.http`, describeHttp).faults ?? [])),
    ...(readSettings(optional(flag()), enabled, `${path}.enabled`).faults ?? []),
    ...checkMethods(methods, base, `${path}.methods`, catalog),
  );
  return faults;
}

function checkMethods(methods: unknown, base: Layer, path: string, catalog: PolicyCatalog): readonly Fault[] {
  if (methods === undefined || methods === null) return [];
  if (!isPlain(methods)) return [notAnObject(path, methods, 'methods')];
  return Object.entries(methods).flatMap(([name, layer], index) => {
    const isShown = isHarmless(name) || (isUsualName(name) && isMeantForMethod(layer, catalog));
    const shown = isShown ? name : `(entry ${index + 1})`;
    return checkMethod(layer, base, `${path}.${shown}`, catalog);
  });
}

/** Whether settings, right or wrong, stand at the name of a method: a secret in its place has none. */
function isMeantForMethod(layer: unknown, catalog: PolicyCatalog): boolean {
  if (isPlain(layer)) return catalog.unknown(layer, '', []).length === 0;
  return typeof layer === 'object' && !Array.isArray(layer);
}

/** Settings that a method does not mention were checked with the provider's already. */
function checkMethod(layer: unknown, base: Layer, path: string, catalog: PolicyCatalog): readonly Fault[] {
  if (layer === null) return [];
  if (!isPlain(layer)) return [notAnObject(path, layer, 'policies')];
  const faults: Fault[] = [...catalog.unknown(layer, path, [])];
  const merged = catalog.merge(base, layer);
  catalog.read(Object.fromEntries(Object.keys(layer).map((kind) => [kind, merged[kind]])), path, faults);
  return faults;
}

function notAnObject(path: string, given: unknown, of: string): Fault {
  return { path, message: `${printed(given)} given; expected an object of ${of}` };
}
