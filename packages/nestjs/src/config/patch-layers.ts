import type { Fault } from '@breakwater/core';
import { settings, type Layer } from '@breakwater/core/adapter';
import { layProvider } from './lay-provider.js';
import { readSections, type ProviderLayers } from './read-resilience.js';
import type { SecretText } from '../fields/secret-text.js';
import { sectionFaults } from './section-faults.js';

/**
 * A provider's layers with `patch` laid over its settings, and what is wrong with the sections, as at boot, also with what the top layer
 * hides of the patch. The secrets of sections that the patch does not name are not asked for: an incident is no time to learn that one of
 * them is gone.
 */
export function patchLayers(
  { name, settings: standing, top }: ProviderLayers,
  patch: unknown,
  reveal: (value: SecretText) => string,
): ProviderLayers {
  const changes: Layer = settings.isPlain(patch) ? patch : {};
  const patched = layProvider(standing, changes);
  const given = layProvider(patched, top);
  const faultsOf = (laid: Layer): readonly Fault[] => {
    const { faults, webhook } = readSections(name, laid);
    const changed = {
      http: changes['http'] === undefined ? undefined : laid['http'],
      webhook: changes['webhook'] === undefined ? undefined : webhook,
    };
    return [...faults, ...sectionFaults(changed, reveal, `resilience.providers.${name}`)];
  };
  const faults = faultsOf(given);
  const places = new Set(faults.map(({ path }) => path));
  const hidden = faultsOf(layProvider(given, changes)).filter(({ path }) => !places.has(path));
  return { name, settings: patched, top, ...readSections(name, given), faults: [...faults, ...hidden] };
}
