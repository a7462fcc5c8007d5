// Reads what the schema of a policy says of an option. Schemas are valibot's, as `settings/fields.ts` makes them.

/** The schema of the option at `path`, `[]` for all options; `undefined` where there is none. */
export function schemaAt(schema, path) {
  const object = unwrapped(schema, {}).schema;
  if (path.length === 0) return schema;
  const [name, ...rest] = path;
  const inner = object.entries?.[name];
  return inner && schemaAt(inner, rest);
}

/** Whether an option may be left out, and what it is then: `undefined` where the schema alone does not say. */
export function defaultOf(schema) {
  const { optional, otherwise } = unwrapped(schema, undefined);
  return { optional, otherwise };
}

/** The words that an option may be, where it may be nothing else; those of its elements where it is a list. */
export function wordsOf(schema) {
  const inner = unwrapped(schema, undefined).schema;
  return ((inner.item ?? inner).options ?? []).filter((word) => typeof word === 'string');
}

/** A schema without what stands around it: it may be left out, and a part of it may be chosen by what is `given`. */
function unwrapped(schema, given) {
  const found = { optional: false, otherwise: undefined, schema };
  for (;;) {
    if (found.schema.type === 'nullish' || found.schema.type === 'optional') {
      found.optional = true;
      found.otherwise ??= found.schema.default;
      found.schema = found.schema.wrapped;
    } else if (found.schema.type === 'lazy') found.schema = found.schema.getter(given);
    else return found;
  }
}
