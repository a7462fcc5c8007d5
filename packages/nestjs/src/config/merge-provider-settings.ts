import { catalog, settings, type Layer } from '@breakwater/core/adapter';
import type { Section } from './section.js';

/**
 * Layers of one provider's settings merged, the weakest first, as the engine does. An option of a section that is one
 * of several kinds, such as a credential, is replaced as a whole by one of another kind.
 */
export function mergeProviderSettings(sections: readonly Section[], ...layers: readonly (Layer | undefined)[]): Layer {
  return layers.reduce<Layer>((below, above = {}) => catalog.merge(withoutReplaced(sections, below, above), above), {});
}

function withoutReplaced(sections: readonly Section[], below: Layer, above: Layer): Layer {
  let kept = below;
  for (const { name, replaced } of sections) {
    const standing = below[name];
    const given = above[name];
    if (replaced === undefined || !settings.isPlain(standing) || !settings.isPlain(given)) continue;
    const gone = replaced(standing, given).map((option) => [option, undefined] as const);
    if (gone.length > 0) kept = { ...kept, [name]: { ...standing, ...Object.fromEntries(gone) } };
  }
  return kept;
}
