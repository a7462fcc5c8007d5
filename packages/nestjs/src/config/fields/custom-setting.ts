import * as v from 'valibot';

/** A setting of a kind of its own, told by `check`. */
export function customSetting<T>(check: (value: unknown) => boolean, what: string): v.CustomSchema<T, string> {
  return v.custom<T, string>(check, `expected ${what}`);
}
