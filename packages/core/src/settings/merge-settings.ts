import { policyKinds } from '../policies/catalog.js';
import { isPlain } from '../values/is-plain.js';

/** What one layer of settings may be: more settings by name, or a value. */
export type Layer = Readonly<Record<string, unknown>>;

/** The places, within the policies, of what is the user's own. */
const OWN_VALUES: ReadonlySet<string> = new Set(
  policyKinds.flatMap(({ kind, takesAnyValue, ownValues }) =>
    takesAnyValue ? [kind] : ownValues.map((at) => `${kind}.${at}`),
  ),
);

/**
 * Layers laid over each other, the weakest first. Plain objects are merged, everything else replaces what was there; `true` keeps it. Objects
 * and lists are copied, so that nothing that happens to the layers later is seen. A value of the user's own, such as a fallback, is taken as
 * it is, and replaced as a whole.
 */
export function mergeSettings(...layers: readonly (Layer | undefined)[]): Layer {
  return layers.reduce<Layer>((merged, layer) => (layer === undefined ? merged : mergeTwo(merged, layer, [])), {});
}

function mergeTwo(below: Layer, above: Layer, place: readonly string[]): Layer {
  const merged = new Map(Object.entries(below));
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const here = [...place, name];
    const standing = merged.get(name);
    if (isOwnValue(here)) merged.set(name, value);
    else if (isPlain(value)) merged.set(name, mergeTwo(isPlain(standing) ? standing : {}, value, here));
    else if (!(value === true && isPlain(standing))) merged.set(name, copied(value, here));
  }
  return Object.fromEntries(merged);
}

function copied(value: unknown, place: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((element) => copied(element, place));
  return isPlain(value) ? mergeTwo({}, value, place) : value;
}

/** Known by its place, as names may be the user's, too: `methods.fallback` is the method `fallback`, `methods.charge.fallback` its fallback. */
function isOwnValue(place: readonly string[]): boolean {
  return OWN_VALUES.has((place[0] === 'methods' ? place.slice(2) : place).join('.'));
}
