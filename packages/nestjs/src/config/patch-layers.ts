import { settings, type Layer } from '@breakwater/core';
import { layProvider } from './lay-provider.js';
import { readSections, type ProviderLayers } from './read-resilience.js';
import type { SecretText } from './secret-text.js';
import { sectionFaults } from './section-faults.js';

/**
 * A provider's layers with `patch` laid over its settings, and what is wrong with the sections, as at boot. The secrets of sections that
 * the patch does not name are not asked for: an incident is no time to learn that one of them is gone.
 */
export function patchLayers(
  { name, settings: standing, top }: ProviderLayers,
  patch: unknown,
  reveal: (value: SecretText) => string,
): ProviderLayers {
  const changes: Layer = settings.isPlain(patch) ? patch : {};
  const patched = layProvider(standing, changes);
  const given = layProvider(patched, top);
  const { faults, ...read } = readSections(name, given);
  const changed = {
    http: changes['http'] === undefined ? undefined : given['http'],
    webhook: changes['webhook'] === undefined ? undefined : read.webhook,
  };
  const found = [...faults, ...sectionFaults(changed, reveal, `resilience.providers.${name}`)];
  return { name, settings: patched, top, ...read, faults: found };
}
