import { mergeSettings, type Fault, type Layer } from '@breakwater/core';

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
 * `_` between words and `__` between levels. `RESILIENCE__ENABLED` and `RESILIENCE__DEFAULTS__…` stand beside the providers.
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
    const leaf = coerced(value);
    if (first === 'ENABLED' && rest.length === 0) {
      found.enabled = leaf;
    } else if (first === 'DEFAULTS' && rest.length > 0) {
      found.defaults = mergeSettings(found.defaults, nested(rest.map(camelCase), leaf));
    } else {
      const name = Object.keys(providers).find((provider) => upperCase(provider) === first);
      if (name === undefined || rest.length === 0)
        found.faults.push({ path: variable, message: unknownProvider(first, providers) });
      else
        found.providers[name] = mergeSettings(
          found.providers[name],
          nested(pathIn(providers[name] as Layer, rest), leaf),
        );
    }
  }
  return found;
}

function unknownProvider(first: string, providers: Layer): string {
  const known = ['ENABLED', 'DEFAULTS', ...Object.keys(providers).map(upperCase)].join(', ');
  return `nothing is set by ${PREFIX}${first}; after ${PREFIX} comes one of ${known} and, for the latter, the path of a setting`;
}

/** The settings' own names of a path. Methods and headers are named by the user, so they are looked up. */
function pathIn(settings: Layer, segments: readonly string[]): string[] {
  let here: unknown = settings;
  return segments.map((segment) => {
    const names = typeof here === 'object' && here !== null ? Object.keys(here) : [];
    const name = names.find((candidate) => upperCase(candidate) === segment) ?? camelCase(segment);
    here = (here as Layer | undefined)?.[name];
    return name;
  });
}

function nested(path: readonly string[], leaf: unknown): Layer {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), leaf) as Layer;
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
