import { ResilienceConfigurationError, type Fault, type PolicyKind } from '@breakwater/core';
import {
  catalog as standardCatalog,
  readPreset,
  settings,
  type Layer,
  type PolicyCatalog,
} from '@breakwater/core/adapter';
import { checkOptions } from './check-options.js';
import { environmentOverrides } from './environment-overrides.js';
import { inheritedSources } from './inherited-sources.js';
import { mergeProviderSettings } from './merge-provider-settings.js';
import type { ModuleOptions } from './module-options.js';
import { providerPath } from './provider-path.js';
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
  /** The kinds of policies that the settings may name. */
  readonly catalog: PolicyCatalog;
  readonly faults: readonly Fault[];
  /** Settings that have no effect. */
  readonly warnings: readonly Fault[];
  /** The variable or the default that sets a setting, by the setting's path in messages. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Where the settings come from, and which sections they have. */
export interface SettingsSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly sections: readonly Section[];
}

/** Merges defaults, the providers' settings and the environment. Nothing is thrown: faults are collected. */
export function readResilience(options: object, { environment, sections }: SettingsSource): ReadResilience {
  const given = options as { readonly providers?: unknown };
  const known = { providers: settings.isPlain(given.providers) ? given.providers : {}, sections };
  const overrides = environmentOverrides(environment, known);
  const { options: usable, faults: wrong } = checkOptions(withOptions(options as Layer, overrides.module));
  const { enabled } = usable;
  const faults = [...wrong, ...overrides.faults];
  const catalog = catalogWith(usable.policies ?? [], faults);
  const merge = (...layers: readonly (Layer | undefined)[]) => mergeProviderSettings(sections, ...layers);
  const defaults = readDefaults(merge(usable.defaults as Layer, overrides.defaults), { sections, catalog }, faults);
  const providers = Object.entries(usable.providers ?? {}).map(([name, own]): LayeredSettings => {
    if (!settings.isPlain(own)) faults.push(notSettings(name, own));
    const given = settings.isPlain(own) ? own : {};
    const preset = readPreset(merge(given, overrides.providers[name]), providerPath(name), defaults);
    faults.push(...preset.faults);
    const layers = withoutPreset(merge(preset.defaults, preset.layer, given));
    const top = withoutPreset(merge(overrides.providers[name], enabled === false ? { enabled: false } : {}));
    return {
      name,
      settings: layers,
      top,
      own: withoutPreset(merge(given, overrides.providers[name])),
      ...readSections(sections, name, merge(layers, top)),
    };
  });
  const { warnings, sources: variables } = overrides;
  const inherited = providers.flatMap(({ name, own }) => inheritedSources(name, { own, defaults, variables }));
  const sources = new Map([...variables, ...inherited]);
  return { options: usable, providers, catalog, faults, warnings, sources };
}

/** Options of the module with those of the environment laid over them. */
function withOptions(given: Layer, overrides: Layer): Layer {
  const laid = Object.entries(overrides).map(([name, value]) => {
    const standing = given[name];
    return [name, settings.isPlain(standing) && settings.isPlain(value) ? { ...standing, ...value } : value] as const;
  });
  return { ...given, ...Object.fromEntries(laid) };
}

/** Keeps what can hold for every provider. A fault here is reported once, not for each of them. */
function readDefaults(
  given: Layer,
  { sections, catalog }: { sections: readonly Section[]; catalog: PolicyCatalog },
  faults: Fault[],
): Layer {
  const path = 'resilience.defaults';
  const usable = Object.entries(given).filter(([name, value]) => {
    const message = `it belongs to a single provider: give it to resilience.providers.<name>.${name}`;
    const isSection = sections.some((section) => section.name === name);
    const wrong = isSection
      ? [{ path: `${path}.${name}`, message }]
      : catalog.unknown({ [name]: value }, path, ['methods', 'classify', 'enabled']);
    faults.push(...wrong);
    return wrong.length === 0;
  });
  return Object.fromEntries(usable);
}

/** The kinds of this package and the application's own. A kind that cannot be added is a fault, and left out. */
function catalogWith(kinds: readonly PolicyKind[], faults: Fault[]): PolicyCatalog {
  return kinds.reduce<PolicyCatalog>((catalog, kind) => {
    try {
      return catalog.with([kind]);
    } catch (error) {
      if (!(error instanceof ResilienceConfigurationError)) throw error;
      faults.push(...error.faults.map(({ path, message }) => ({ path: `resilience.${path}`, message })));
      return catalog;
    }
  }, standardCatalog);
}

function withoutPreset(layer: Layer): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([name]) => name !== 'preset'));
}

function notSettings(name: string, given: unknown): Fault {
  // A credential may stand here by mistake.
  const described = typeof given === 'string' ? 'text' : settings.printed(given);
  const message = `${described} given; expected an object of settings, for example { retry: { attempts: 3 } }`;
  return { path: providerPath(name), message };
}
