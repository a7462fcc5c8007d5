import { policyKinds } from '../policies/index.js';

/** What one layer of settings may be: more settings by name, or a value. */
export type Layer = Readonly<Record<string, unknown>>;

/** Settings that are values of the user's own. */
const VALUES: ReadonlySet<string> = new Set(policyKinds.filter((kind) => kind.takesAnyValue).map(({ kind }) => kind));

/**
 * Layers laid over each other, the weakest first. Plain objects are copied and merged, everything else replaces what was there; `true`
 * keeps it. A value of the user's own, such as a fallback, is replaced as a whole.
 */
export function mergeSettings(...layers: readonly (Layer | undefined)[]): Layer {
  return layers.reduce<Layer>((merged, layer) => (layer === undefined ? merged : mergeTwo(merged, layer)), {});
}

function mergeTwo(below: Layer, above: Layer): Layer {
  const merged: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    if (value === undefined) continue;
    const standing = merged[name];
    if (VALUES.has(name)) merged[name] = value;
    else if (isPlain(value)) merged[name] = mergeTwo(isPlain(standing) ? standing : {}, value);
    else if (!(value === true && isPlain(standing))) merged[name] = value;
  }
  return merged;
}

/** Whether a value is an object literal, rather than an instance or a list. */
export function isPlain(value: unknown): value is Layer {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === Object.prototype || prototype === null;
}
