import type { Fault } from '@breakwater/core';
import { catalog, settings, type Layer } from '@breakwater/core/adapter';
import { overruledVariables } from './overruled-variables.js';
import type { Section } from './section.js';
import { misspelledVariables } from './misspelled-variables.js';
import { PREFIX, upperCase } from './variable-names.js';

/** Overrides by environment variables: single leaves of the settings. */
export interface EnvironmentOverrides {
  readonly enabled?: unknown;
  readonly defaults: Layer;
  readonly providers: Readonly<Record<string, Layer>>;
  readonly faults: readonly Fault[];
  /** Variables that are set and have no effect. */
  readonly warnings: readonly Fault[];
}

/**
 * The settings that overrides are resolved against: a path's names are upper case in a variable, and the settings know
 * how they are written.
 */
export interface KnownSettings {
  readonly providers: Layer;
  readonly sections: readonly Section[];
}

/**
 * Reads `RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR=10s` and its like: names are the settings' own in upper case,
 * with `_` between words and `__` between levels. `RESILIENCE__ENABLED` and `RESILIENCE__DEFAULTS__…` stand beside the
 * providers. Under `HTTP__HEADERS` a `_` is the `-` of the header's name, and the value is text, whatever it looks
 * like. A policy that one variable switches off stays off, whatever others say of its options.
 */
export function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  known: KnownSettings,
): EnvironmentOverrides {
  const { providers } = known;
  const found: { enabled?: unknown; defaults: Layer; providers: Record<string, Layer>; faults: Fault[] } = {
    defaults: {},
    providers: {},
    faults: [],
  };
  const variables = Object.keys(environment).filter(
    (name) => name.startsWith(PREFIX) && environment[name] !== undefined,
  );
  // The deepest first: what is said of a policy as a whole is merged over what is said of its options.
  for (const variable of variables.toSorted((a, b) => levelsOf(b).length - levelsOf(a).length)) {
    const value = environment[variable]!;
    const [first = '', ...rest] = levelsOf(variable);
    if (first === 'ENABLED' && rest.length === 0) {
      found.enabled = coerced(value);
      continue;
    }
    const names = ['defaults', ...Object.keys(providers)].filter((name) => upperCase(name) === first);
    const [name] = names;
    if (name === undefined || rest.length === 0)
      found.faults.push({ path: variable, message: unknownProvider(first, providers) });
    else if (names.length > 1) found.faults.push({ path: variable, message: ambiguous(names) });
    else if (first === 'DEFAULTS') found.defaults = catalog.merge(found.defaults, leafAt(rest, {}, value, known));
    else found.providers[name] = catalog.merge(found.providers[name], leafAt(rest, providers[name], value, known));
  }
  const warnings = [...overruledVariables(variables, environment), ...misspelledVariables(environment, providers)];
  return { ...found, warnings };
}

function levelsOf(variable: string): readonly string[] {
  return variable.slice(PREFIX.length).split('__');
}

function unknownProvider(first: string, providers: Layer): string {
  const known = ['DEFAULTS', ...Object.keys(providers).map(upperCase)].join(', ');
  return `nothing is set by ${PREFIX}${first}; after ${PREFIX} comes ENABLED, or one of ${known} and then the path of a setting`;
}

function ambiguous(names: readonly string[]): string {
  const all = names.map((name) => `'${name}'`).join(' and ');
  return `it can be meant for ${all}, which are alike in upper case: rename one of them`;
}

function leafAt(segments: readonly string[], below: unknown, value: string, { sections }: KnownSettings): Layer {
  const path = pathIn(below, segments, sections);
  const leaf = areHeaders(path.slice(0, -1), sections) ? value : coerced(value);
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), leaf) as Layer;
}

/** The settings' own names of a path. Methods and headers are named by the user, so they are looked up. */
function pathIn(below: unknown, segments: readonly string[], sections: readonly Section[]): string[] {
  const path: string[] = [];
  let here = below;
  for (const segment of segments) {
    const names = settings.isPlain(here) ? Object.keys(here) : [];
    const known = names.find((candidate) => upperCase(candidate) === segment);
    const inHeaders = areHeaders(path, sections);
    const name = known ?? (inHeaders ? segment.toLowerCase().replaceAll('_', '-') : camelCase(segment));
    here = settings.isPlain(here) ? here[name] : undefined;
    path.push(name);
  }
  return path;
}

function areHeaders([section, option, ...rest]: readonly string[], sections: readonly Section[]): boolean {
  if (option === undefined || rest.length > 0) return false;
  return sections.some(({ name, headerOptions = [] }) => name === section && headerOptions.includes(option));
}

function coerced(value: string): unknown {
  if (value === 'true') return true;
  if (value === 'false') return false;
  // Digits that a number would change, such as a leading zero or a long identifier, are text.
  return value !== '' && String(Number(value)) === value ? Number(value) : value;
}

function camelCase(segment: string): string {
  return segment.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
