import type { Fault } from '@breakwater/core';
import { catalog, settings, type Layer } from '@breakwater/core/adapter';
import { checkOptions } from './check-options.js';
import { environmentOverrides } from './environment-overrides.js';
import { mergeProviderSettings } from './merge-provider-settings.js';
import type { ModuleOptions } from './module-options.js';
import { readSections, type ReadSections } from './read-sections.js';
import type { Section } from './section.js';

/** One provider's settings, with the environment kept apart: it is stronger than decorators. */
export interface LayeredSettings extends ReadSections {
  readonly name: string;
  readonly settings: Layer;
  /** From the environment. */
  readonly top: Layer;
  /** Settings of this provider alone, the environment's included: without the defaults for all. */
  readonly own: Layer;
}

export interface ReadResilience {
  /** The options that can be used. */
  readonly options: ModuleOptions;
  readonly providers: readonly LayeredSettings[];
  readonly faults: readonly Fault[];
  /** Settings that have no effect. */
  readonly warnings: readonly Fault[];
}

/** Where the settings come from, and which sections they have. */
export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sections: readonly Section[];
}

/** Merges defaults, the providers' settings and the environment. Nothing is thrown: faults are collected. */
export function readResilience(options: object, { environment, sections }: SettingsSource): ReadResilience {
  const given = options as { readonly providers?: unknown; readonly enabled?: unknown };
  const known = { providers: settings.isPlain(given.providers) ? given.providers : {}, sections };
  const overrides = environmentOverrides(environment, known);
  const enabled = overrides.enabled ?? given.enabled;
  const { options: usable, faults: wrong } = checkOptions({ ...given, enabled });
  const faults = [...wrong, ...overrides.faults];
  const merge = (...layers: readonly (Layer | undefined)[]) => mergeProviderSettings(sections, ...layers);
  const defaults = readDefaults(merge(usable.defaults as Layer, overrides.defaults), sections, faults);
  const providers = Object.entries(usable.providers ?? {}).map(([name, own]): LayeredSettings => {
    if (!settings.isPlain(own)) faults.push(notSettings(name, own));
    const given = settings.isPlain(own) ? own : {};
    const layers = merge(defaults, given);
    const top = merge(overrides.providers[name], enabled === false ? { enabled: false } : {});
    return {
      name,
      settings: layers,
      top,
      own: merge(given, overrides.providers[name]),
      ...readSections(sections, name, merge(layers, top)),
    };
  });
  return { options: usable, providers, faults, warnings: overrides.warnings };
}

/** Keeps what can hold for every provider. A fault here is reported once, not for each of them. */
function readDefaults(given: Layer, sections: readonly Section[], faults: Fault[]): Layer {
  const path = 'resilience.defaults';
  const usable = Object.entries(given).filter(([name, value]) => {
    const message = `it belongs to a single provider: give it to resilience.providers.<name>.${name}`;
    const isSection = sections.some((section) => section.name === name);
    const wrong = isSection ? [{ path: `${path}.${name}`, message }] : unknownDefaults({ [name]: value }, path);
    faults.push(...wrong);
    return wrong.length === 0;
  });
  return Object.fromEntries(usable);
}

function unknownDefaults(given: Layer, path: string): readonly Fault[] {
  return catalog.unknown(given, path, ['methods', 'classify', 'enabled']);
}

function notSettings(name: string, given: unknown): Fault {
  // A credential may stand here by mistake.
  const described = typeof given === 'string' ? 'text' : settings.printed(given);
  const message = `${described} given; expected an object of settings, for example { retry: { attempts: 3 } }`;
  return { path: `resilience.providers.${name}`, message };
}
