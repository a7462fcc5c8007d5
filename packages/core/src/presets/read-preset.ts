import type { Fault } from '../settings/fault.js';
import type { Layer } from '../settings/merge-settings.js';
import { isPlain } from '../values/is-plain.js';
import { unknownName } from '../settings/unknown-name.js';
import { belowPreset, presetLayer } from './preset-layer.js';
import { findPreset, presets } from './presets.js';

/** The layer below a provider's settings that the preset brings which they name, or a fault of its name. */
export interface ReadPreset {
  readonly layer: Layer;
  /** The defaults for all providers, as far as they stand below it. */
  readonly defaults: Layer;
  readonly faults: readonly Fault[];
}

/** Reads `preset` in a provider's settings, over the defaults for all. `path` is where they stand. */
export function readPreset(own: unknown, path: string, defaults: Layer = {}): ReadPreset {
  // Settings that are no object are refused where all others are.
  const name = isPlain(own) ? own['preset'] : undefined;
  if (!isPlain(own) || name === undefined || name === null) return { layer: {}, defaults, faults: [] };
  const preset = findPreset(name);
  if (preset !== undefined) {
    const layer = presetLayer(preset, own, defaults);
    return { layer, defaults: belowPreset(defaults, layer), faults: [] };
  }
  const known = presets.map(({ name: each }) => each);
  // A credential may stand in its place, so what was given is not shown.
  const message = typeof name === 'string' ? unknownName('preset', name, known) : `expected one of ${known.join(', ')}`;
  return { layer: {}, defaults, faults: [{ path: `${path}.preset`, message }] };
}
