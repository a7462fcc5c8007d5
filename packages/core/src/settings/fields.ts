import * as v from 'valibot';
import { DURATION_FORM, parseDuration, type Duration } from './duration.js';
import { isHarmlessNumber } from '../values/is-harmless.js';
import { isPlain } from '../values/is-plain.js';
import { shownName, unknownName } from './unknown-name.js';

/** Marks what is wrong with a name, whatever is given there. */
export const UNKNOWN = 'never';

/**
 * The parts that settings are described with. Each says what would be right; `readSettings` adds where and what was
 * given.
 */

/** A duration, read as milliseconds. `Duration` strings, or a number of milliseconds. */
export function duration(range: { min?: number; max?: number } = {}) {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const from = min > 0 ? ` of at least ${min} ms` : '';
  const to = range.max === undefined ? '' : ` of at most ${max} ms`;
  return v.pipe(
    v.custom<Duration>((value) => {
      const ms = parseDuration(value);
      return ms !== undefined && ms >= min && ms <= max;
    }, `expected ${DURATION_FORM}${from}${to}`),
    v.transform((value) => parseDuration(value)!),
  );
}

export function integer(min: number, max: number) {
  return v.custom<number>(
    (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
    `expected a whole number from ${min} to ${max}`,
  );
}

export function number(min: number, max: number) {
  return v.custom<number>(
    (value) => typeof value === 'number' && value >= min && value <= max,
    `expected a number from ${min} to ${max}`,
  );
}

/** A share: above 0, at most 1. */
export function ratio() {
  return v.custom<number>(
    (value) => typeof value === 'number' && value > 0 && value <= 1,
    'expected a share above 0, at most 1',
  );
}

export function flag() {
  return v.boolean('expected true or false');
}

/** Text that is not empty. A number is taken as its digits: environment variables cannot tell them apart. */
export function text(what = 'text that is not empty') {
  return v.pipe(
    v.custom<string>(
      (value) => (typeof value === 'string' && value !== '') || Number.isFinite(value),
      `expected ${what}`,
    ),
    v.transform(String),
  );
}

export function oneOf<const T extends readonly string[]>(...words: T) {
  return v.picklist(words, `expected one of ${words.map((word) => `'${word}'`).join(', ')}`);
}

export function callback<F extends (...args: never[]) => unknown>(what = 'a function') {
  return v.custom<F>((value) => typeof value === 'function', `expected ${what}`);
}

type OptionsIn<E extends v.ObjectEntries> = v.InferInput<v.ObjectSchema<E, undefined>>;
type OptionsOut<E extends v.ObjectEntries> = v.InferOutput<v.ObjectSchema<E, undefined>>;

/** An object with these options and no others. */
export function options<const E extends v.ObjectEntries>(entries: E): v.GenericSchema<OptionsIn<E>, OptionsOut<E>> {
  const known = Object.keys(entries);
  const object = v.object(entries, 'it is required');
  const notAnObject = v.custom<object>(() => false, `expected a plain object with the options ${known.join(', ')}`);
  return v.lazy(
    (given) =>
      (isPlain(given) ? v.pipe(object, onlyKnown<OptionsOut<E>>(given, known)) : notAnObject) as v.GenericSchema<
        OptionsIn<E>,
        OptionsOut<E>
      >,
  );
}

function onlyKnown<T>(given: object, known: readonly string[]) {
  return v.rawCheck<T>(({ addIssue }) => {
    for (const key of Object.keys(given).filter((name) => !known.includes(name))) {
      const place = { ...placeIn(given, key), key: shownName(key, known) };
      addIssue({ message: unknownName('option', key, known), expected: UNKNOWN, path: [place] });
    }
  });
}

/** An object of options, or something that is no object. */
export function optionsOr<S extends v.GenericSchema, T extends v.GenericSchema>(object: S, other: T) {
  return v.lazy(
    (given) => (isPlain(given) ? object : other) as v.GenericSchema<unknown, v.InferOutput<S> | v.InferOutput<T>>,
  );
}

/** An option that may be left out. `null` leaves it out, too, and thereby takes back what a weaker layer says. */
export function optional<const S extends v.GenericSchema, const D extends v.Default<S, undefined> = undefined>(
  schema: S,
  otherwise?: D,
) {
  const read = v.pipe(
    v.nullish(schema, otherwise),
    v.transform((given) => given ?? undefined),
  );
  return read as unknown as v.OptionalSchema<S, D>;
}

/** A fault of several options together, and at which of them. */
interface Inconsistency {
  readonly at: string;
  readonly message: string;
}

/** An object with a check over several of its options, `names`, that is made where each of them is right by itself. */
export function consistent<S extends v.GenericSchema<unknown, object>, K extends keyof v.InferOutput<S> & string>(
  schema: S,
  names: readonly K[],
  describe: (settings: Pick<v.InferOutput<S>, K>) => Inconsistency | readonly Inconsistency[] | undefined,
) {
  const check = v.rawCheck<v.InferOutput<S>>(({ dataset, addIssue }) => {
    const { value, issues = [] } = dataset;
    if (!isPlain(value) || issues.some(({ path }) => names.some((name) => name === path?.[0]?.key))) return;
    for (const { at, message } of [describe(value as v.InferOutput<S>) ?? []].flat()) {
      addIssue({ message: withoutLongNumbers(message), path: [placeIn(value, at)] });
    }
  });
  return v.pipe(schema, check);
}

/** A message that quotes settings: a number may be a secret in the wrong place. */
function withoutLongNumbers(message: string): string {
  return message.replaceAll(/\d[\d.]{6,}/g, (digits) => (isHarmlessNumber(Number(digits)) ? digits : '…'));
}

function placeIn(object: object, key: string): v.ObjectPathItem {
  const input = object as Record<string, unknown>;
  return { type: 'object', origin: 'value', input, key, value: input[key] };
}
