import { settings, type Layer } from '@breakwater/core/adapter';
import { providerPath } from './provider-path.js';
import { settingAt } from './setting-at.js';

const BASE = 'resilience.defaults';

/**
 * Where the settings of a provider come from that it has by the defaults: by their path in messages, the path of the
 * default, or the variable that sets it. `own` is what is said of the provider itself, `variables` are those by path.
 */
export function inheritedSources(
  provider: string,
  { own, defaults, variables }: { own: Layer; defaults: Layer; variables: ReadonlyMap<string, string> },
): readonly (readonly [path: string, source: string])[] {
  return leavesOf(defaults)
    .filter((path) => settingAt(own, path) === undefined)
    .map((path) => {
      const standing = [BASE, ...path].join('.');
      return [[providerPath(provider), ...path].join('.'), variables.get(standing) ?? standing];
    });
}

function leavesOf(layer: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!settings.isPlain(layer)) return [path];
  return Object.entries(layer).flatMap(([name, below]) => leavesOf(below, [...path, name]));
}
