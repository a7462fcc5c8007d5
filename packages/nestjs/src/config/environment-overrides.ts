import type { Fault } from '@breakwater/core';
import { catalog, type Layer } from '@breakwater/core/adapter';
import { overruledDefaults } from './overruled-defaults.js';
import { overruledVariables } from './overruled-variables.js';
import { providerPath } from './provider-path.js';
import type { Section } from './section.js';
import { unreadVariables } from './unread-variables.js';
import { PREFIX, upperCase } from './variable-names.js';
import { areHeaders, camelCase, pathIn } from './variable-path.js';

/** Overrides by environment variables: single leaves of the settings. */
export interface EnvironmentOverrides {
  /** Options of the module itself. */
  readonly module: Layer;
  readonly defaults: Layer;
  readonly providers: Readonly<Record<string, Layer>>;
  readonly faults: readonly Fault[];
  /** Variables that are set and have no effect. */
  readonly warnings: readonly Fault[];
  /** The variable that sets a setting, by the setting's path in messages. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * The settings that overrides are resolved against: a path's names are upper case in a variable, and the settings know
 * how they are written.
 */
export interface KnownSettings {
  readonly providers: Layer;
  readonly sections: readonly Section[];
}

/** The options of the module that a variable can set, with the number of names that lead to each. */
const MODULE_OPTIONS: Readonly<Record<string, number>> = {
  ENABLED: 1,
  STRICT: 1,
  LOGGER: 1,
  TRACK_CALLS: 1,
  SHUTDOWN: 2,
  MEMORY_STORE: 2,
};

/** Stands for the setting that a variable sets: an option of the module, of the defaults, or of the provider `name`. */
interface Target {
  readonly of: 'module' | 'defaults' | 'provider';
  readonly name: string;
  readonly path: readonly string[];
}

/**
 * Reads `RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR=10s` and its like: names are the settings' own in upper case,
 * with `_` between words and `__` between levels. `RESILIENCE__DEFAULTS__…` and options of the module, such as
 * `RESILIENCE__ENABLED`, stand beside the providers. Under `HTTP__HEADERS` a `_` is the `-` of the header's name, and
 * the value is text, whatever it looks like. A policy that one variable switches off stays off, whatever others say of
 * its options.
 */
export function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  known: KnownSettings,
): EnvironmentOverrides {
  const layers: { module: Layer; defaults: Layer } = { module: {}, defaults: {} };
  const providers: Record<string, Layer> = {};
  const faults: Fault[] = [];
  const sources = new Map<string, string>();
  const variables = Object.keys(environment).filter(
    (name) => name.startsWith(PREFIX) && environment[name] !== undefined,
  );
  // The deepest first: what is said of a policy as a whole is merged over what is said of its options.
  for (const variable of variables.toSorted((a, b) => levelsOf(b).length - levelsOf(a).length)) {
    const [target, ...others] = targetsOf(variable, known);
    if (target === undefined || others.length > 0) {
      const message = target === undefined ? unknownTarget(variable, known) : ambiguous([target, ...others]);
      faults.push({ path: variable, message });
      continue;
    }
    const { of, name, path } = target;
    const leaf = areHeaders(path.slice(0, -1), known.sections)
      ? environment[variable]
      : coerced(environment[variable]!);
    const layer = path.reduceRight<unknown>((inner, option) => ({ [option]: inner }), leaf) as Layer;
    if (of === 'provider') providers[name] = catalog.merge(providers[name], layer);
    else layers[of] = catalog.merge(layers[of], layer);
    sources.set([baseOf(target), ...path].join('.'), variable);
  }
  const off = variables.filter((variable) => coerced(environment[variable]!) === false);
  const warnings = [
    ...overruledVariables(variables, off),
    ...overruledDefaults(sources, layers.defaults, known.providers),
    ...unreadVariables(environment, known.providers),
  ];
  return { ...layers, providers, faults, sources, warnings };
}

/** All that a variable can be meant for. */
function targetsOf(variable: string, { providers, sections }: KnownSettings): readonly Target[] {
  const [first = '', ...rest] = levelsOf(variable);
  const targets: Target[] = [];
  if (MODULE_OPTIONS[first] === rest.length + 1) {
    const path = [first, ...rest].map(camelCase);
    targets.push({ of: 'module', name: path[0]!, path });
  }
  if (rest.length === 0) return targets;
  if (first === 'DEFAULTS') targets.push({ of: 'defaults', name: 'defaults', path: pathIn({}, rest, sections) });
  for (const name of Object.keys(providers).filter((provider) => upperCase(provider) === first))
    targets.push({ of: 'provider', name, path: pathIn(providers[name], rest, sections) });
  return targets;
}

function baseOf({ of, name }: Target): string {
  if (of === 'provider') return providerPath(name);
  return of === 'defaults' ? 'resilience.defaults' : 'resilience';
}

function levelsOf(variable: string): readonly string[] {
  return variable.slice(PREFIX.length).split('__');
}

function unknownTarget(variable: string, { providers }: KnownSettings): string {
  const known = ['DEFAULTS', ...Object.keys(providers).map(upperCase)].join(', ');
  return `nothing is set by ${PREFIX}${levelsOf(variable)[0]}; after ${PREFIX} comes ENABLED, or one of ${known} and then the path of a setting`;
}

function ambiguous(targets: readonly Target[]): string {
  const all = targets.map(({ name }) => `'${name}'`).join(' and ');
  return `it can be meant for ${all}, which are alike in upper case: rename one of them`;
}

/** `True` is how YAML and other languages write it. */
function coerced(value: string): unknown {
  if (/^true$/i.test(value)) return true;
  if (/^false$/i.test(value)) return false;
  // Digits that a number would change, such as a leading zero or a long identifier, are text.
  return value !== '' && String(Number(value)) === value ? Number(value) : value;
}
