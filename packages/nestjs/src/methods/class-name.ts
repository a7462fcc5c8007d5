/** The names that Nest's `mixin()` gives to classes: random, and so others with every start. */
const OF_MIXIN = /^[\da-f]{21}$/;

/** The name of a class; of one that `mixin()` has renamed the name that stands in its source, where it has one. */
export function classNameOf(constructor: object): string {
  const { name } = constructor as { name: string };
  if (!isRandomName(name)) return name;
  return /^class\s+(?!extends\b)([\w$]+)/.exec(Function.prototype.toString.call(constructor))?.[1] ?? name;
}

/** Whether a name is another one with every start of the process. */
export function isRandomName(name: string): boolean {
  return OF_MIXIN.test(name);
}
