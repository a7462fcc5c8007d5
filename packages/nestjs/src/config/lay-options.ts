import { settings, type Layer } from '@breakwater/core/adapter';
import { layProvider } from './lay-provider.js';
import type { ResilienceOptions } from './resilience.options.js';

/** Options of the module laid over weaker ones: the defaults, and each provider, setting by setting. */
export function layOptions(below: ResilienceOptions, above: ResilienceOptions): ResilienceOptions {
  return layNamed(below as Layer, above as Layer, (option, standing, given) => {
    if (option === 'defaults') return layProvider(standing, given);
    return option === 'providers' ? layNamed(standing, given, (_, ...layers) => layProvider(...layers)) : given;
  });
}

/** What is no object, right or wrong, replaces what was there. */
function layNamed(below: Layer, above: Layer, lay: (name: string, below: Layer, above: Layer) => unknown): Layer {
  const laid = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    const standing = laid.get(name);
    if (value === undefined && standing !== undefined) continue;
    laid.set(name, settings.isPlain(standing) && settings.isPlain(value) ? lay(name, standing, value) : value);
  }
  return Object.fromEntries(laid);
}
