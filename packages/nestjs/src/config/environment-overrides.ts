import type { Fault } from '@breakwater/core';
import { mergeSettings, settings, type Layer } from '@breakwater/core/adapter';

const PREFIX = 'RESILIENCE__';

/** What environment variables override: single leaves of the settings. */
export interface EnvironmentOverrides {
  readonly enabled?: unknown;
  readonly defaults: Layer;
  readonly providers: Readonly<Record<string, Layer>>;
  readonly faults: readonly Fault[];
}

/**
 * Reads `RESILIENCE__PAYMENTS__CIRCUIT_BREAKER__OPEN_FOR=10s` and its like: names are the settings' own in upper case, with
 * `_` between words and `__` between levels. `RESILIENCE__ENABLED` and `RESILIENCE__DEFAULTS__…` stand beside the providers. Under
 * `HTTP__HEADERS` a `_` is the `-` of the header's name, and the value is text, whatever it looks like.
 */
export function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  providers: Layer,
): EnvironmentOverrides {
  const found: { enabled?: unknown; defaults: Layer; providers: Record<string, Layer>; faults: Fault[] } = {
    defaults: {},
    providers: {},
    faults: [],
  };
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || value === undefined) continue;
    const [first = '', ...rest] = variable.slice(PREFIX.length).split('__');
    if (first === 'ENABLED' && rest.length === 0) {
      found.enabled = coerced(value);
      continue;
    }
    const names = ['defaults', ...Object.keys(providers)].filter((name) => upperCase(name) === first);
    const [name] = names;
    if (name === undefined || rest.length === 0)
      found.faults.push({ path: variable, message: unknownProvider(first, providers) });
    else if (names.length > 1) found.faults.push({ path: variable, message: ambiguous(names) });
    else if (first === 'DEFAULTS') found.defaults = mergeSettings(found.defaults, leafAt(rest, {}, value));
    else found.providers[name] = mergeSettings(found.providers[name], leafAt(rest, providers[name], value));
  }
  return found;
}

function unknownProvider(first: string, providers: Layer): string {
  const known = ['DEFAULTS', ...Object.keys(providers).map(upperCase)].join(', ');
  return `nothing is set by ${PREFIX}${first}; after ${PREFIX} comes ENABLED, or one of ${known} and then the path of a setting`;
}

function ambiguous(names: readonly string[]): string {
  const all = names.map((name) => `'${name}'`).join(' and ');
  return `it can be meant for ${all}, which are alike in upper case: rename one of them`;
}

function leafAt(segments: readonly string[], below: unknown, value: string): Layer {
  const path = pathIn(below, segments);
  const leaf = isHeaders(path.slice(0, -1)) ? value : coerced(value);
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), leaf) as Layer;
}

/** The settings' own names of a path. Methods and headers are named by the user, so they are looked up. */
function pathIn(below: unknown, segments: readonly string[]): string[] {
  const path: string[] = [];
  let here = below;
  for (const segment of segments) {
    const names = settings.isPlain(here) ? Object.keys(here) : [];
    const known = names.find((candidate) => upperCase(candidate) === segment);
    const name = known ?? (isHeaders(path) ? segment.toLowerCase().replaceAll('_', '-') : camelCase(segment));
    here = settings.isPlain(here) ? here[name] : undefined;
    path.push(name);
  }
  return path;
}

function isHeaders(path: readonly string[]): boolean {
  return path.join('.') === 'http.headers';
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

function upperCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
