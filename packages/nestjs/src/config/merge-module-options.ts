import { settings, type Layer } from '@breakwater/core/adapter';
import { mergeProviderSettings } from './merge-provider-settings.js';
import type { Section } from './section.js';

/** Options of the module merged over weaker ones: the defaults, and each provider, setting by setting. */
export function mergeModuleOptions(sections: readonly Section[], below: object, above: object): Layer {
  const mergeLayers = (_: string, ...layers: readonly Layer[]) => mergeProviderSettings(sections, ...layers);
  return mergeNamed(below as Layer, above as Layer, (option, standing, given) => {
    if (option === 'defaults') return mergeLayers(option, standing, given);
    return option === 'providers' ? mergeNamed(standing, given, mergeLayers) : given;
  });
}

/** Anything that is no plain object, right or wrong, replaces what stood there. */
function mergeNamed(below: Layer, above: Layer, merge: (name: string, below: Layer, above: Layer) => unknown): Layer {
  const merged = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    const standing = merged.get(name);
    if (value === undefined && standing !== undefined) continue;
    merged.set(name, settings.isPlain(standing) && settings.isPlain(value) ? merge(name, standing, value) : value);
  }
  return Object.fromEntries(merged);
}
