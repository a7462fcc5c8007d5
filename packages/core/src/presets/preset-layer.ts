import { catalog } from '../policies/catalog.js';
import type { Layer } from '../settings/merge-settings.js';
import { isPlain } from '../values/is-plain.js';
import type { Preset, PresetSettings } from './preset.js';

/**
 * Options of one policy that say the same in several ways: where the settings use another way than the preset, the
 * preset's is left out.
 */
const WAYS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  rateLimit: [['limit', 'per', 'burst', 'margin'], ['bucket', 'refill', 'per'], ['quotas']],
  idempotency: [['header'], ['body'], ['variable']],
};

/** The settings that a preset lays below those of a provider, `own`, which stand over the `defaults` for all. */
export function presetLayer({ facts }: Preset, own: Layer, defaults: Layer): Layer {
  const naming = catalog.merge(defaults, own);
  const layer = facts.reduce<Layer>(
    (below, { settings, completes }) => catalog.merge(below, layerOf(settings), named(layerOf(completes), naming)),
    {},
  );
  return Object.fromEntries(Object.entries(layer).map(([name, given]) => [name, inOneWay(name, given, own[name])]));
}

/** Defaults for all providers without what the preset says in another way. */
export function belowPreset(defaults: Layer, preset: Layer): Layer {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, given]) => [name, inOneWay(name, given, preset[name])]),
  );
}

function layerOf(settings: PresetSettings | undefined): Layer {
  return (settings ?? {}) as Layer;
}

/** The part of a layer that the settings name themselves. */
function named(layer: Layer, own: Layer): Layer {
  return Object.fromEntries(Object.entries(layer).filter(([name]) => own[name] !== undefined && own[name] !== false));
}

function inOneWay(name: string, given: unknown, own: unknown): unknown {
  const ways = WAYS[name];
  if (ways === undefined || !isPlain(given) || !isPlain(own)) return given;
  const wayOf = (settings: Layer) => ways.find(([first]) => settings[first!] !== undefined);
  const [theirs, ours] = [wayOf(own), wayOf(given)];
  if (theirs === undefined || ours === undefined || theirs === ours) return given;
  return Object.fromEntries(Object.entries(given).filter(([option]) => !ours.includes(option)));
}
