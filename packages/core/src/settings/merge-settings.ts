import { isPlain } from '../values/is-plain.js';

/** The content of one layer of settings: more settings by name, or a value. */
export type Layer = Readonly<Record<string, unknown>>;

/**
 * Whether the value at a place, such as `['chaos', 'outcome', 'value']`, is the user's own: taken as it is, and
 * replaced as a whole.
 */
export type IsOwnValue = (place: readonly string[]) => boolean;

/**
 * Layers laid over each other, the weakest first. Plain objects are merged, everything else replaces what was there;
 * `true` keeps it. Objects and lists are copied, so that later changes to the layers are not seen.
 */
export function mergeSettings(layers: readonly (Layer | undefined)[], isOwnValue: IsOwnValue): Layer {
  return layers.reduce<Layer>(
    (merged, layer) => (layer === undefined ? merged : mergeTwo(merged, layer, [], isOwnValue)),
    {},
  );
}

function mergeTwo(below: Layer, above: Layer, place: readonly string[], isOwnValue: IsOwnValue): Layer {
  const merged = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const here = [...place, name];
    const standing = merged.get(name);
    if (isOwnValue(here)) merged.set(name, value);
    else if (isPlain(value)) merged.set(name, mergeTwo(isPlain(standing) ? standing : {}, value, here, isOwnValue));
    else if (!(value === true && isPlain(standing))) merged.set(name, copied(value, here, isOwnValue));
  }
  return Object.fromEntries(merged);
}

function copied(value: unknown, place: readonly string[], isOwnValue: IsOwnValue): unknown {
  if (Array.isArray(value)) return value.map((element) => copied(element, place, isOwnValue));
  return isPlain(value) ? mergeTwo({}, value, place, isOwnValue) : value;
}
