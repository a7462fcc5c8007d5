import * as v from 'valibot';
import { DURATION_FORM, parseDuration, type Duration } from '../duration.js';

/** The parts that settings are described with. Each says what would be right; `readSettings` adds where and what was given. */

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
      (value) => (typeof value === 'string' && value !== '') || typeof value === 'number',
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

/** An object with these options and no others. */
export function options<const E extends v.ObjectEntries>(entries: E) {
  const known = Object.keys(entries).join(', ');
  const object = v.custom<object>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    `expected an object with the options ${known}`,
  );
  const strict = v.strictObject(entries, (issue) =>
    issue.expected === 'never' ? `unknown option; known are ${known}` : 'it is required',
  );
  return v.pipe(object, strict);
}

/** An option that may be left out. */
export const optional = v.optional;

/** An object with a check over several of its options: `describe` gives what is wrong and at which option, or `undefined`. */
export function consistent<S extends v.GenericSchema<unknown, object>>(
  schema: S,
  describe: (settings: v.InferOutput<S>) => { at: string; message: string } | undefined,
) {
  const check = v.rawCheck<v.InferOutput<S>>(({ dataset, addIssue }) => {
    const wrong = dataset.typed ? describe(dataset.value) : undefined;
    if (wrong === undefined) return;
    const input = dataset.value as Record<string, unknown>;
    addIssue({
      message: wrong.message,
      path: [{ type: 'object', origin: 'value', input, key: wrong.at, value: input[wrong.at] }],
    });
  });
  return v.pipe(schema, check);
}
