import { settings } from '@breakwater/core/adapter';

/** The setting at a path, or what stands in its way: below a `false` nothing is read, below a `true` the default is. */
export function settingAt(layer: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => (settings.isPlain(here) ? here[name] : here === true ? undefined : here),
    layer,
  );
}
