import * as v from 'valibot';
import type { Fault } from './fault.js';
import { UNKNOWN } from './fields.js';
import { isMisspelt } from './unknown-name.js';
import { isHarmless } from '../values/is-harmless.js';
import { printed, quoted } from '../values/printed.js';
import { shownUserName } from '../values/usual-name.js';

/** Describes a value that was given at `option`, for a message: never a secret. */
export type DescribeValue = (value: unknown, option: readonly string[]) => string;

/**
 * The settings that `input` describes, or every fault in it. Never keeps or changes the input: what comes out is a
 * frozen copy.
 */
export function readSettings<S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  path: string,
  describe: DescribeValue = printed,
):
  | { readonly settings: v.InferOutput<S>; readonly faults?: undefined }
  | { readonly settings?: undefined; readonly faults: readonly Fault[] } {
  const result = v.safeParse(schema, input);
  if (result.success) return { settings: freeze(result.output) };
  return { faults: result.issues.map((issue) => faultOf(issue, path, describe)) };
}

function faultOf(issue: v.BaseIssue<unknown>, base: string, describe: DescribeValue): Fault {
  const keys = issue.path?.map((item) => String(item.key)) ?? [];
  const last = issue.path?.at(-1);
  const given = last === undefined ? issue.input : last.value;
  const isNearWord = typeof given === 'string' && isMisspelt(given, wordsOf(issue));
  const described = isNearWord ? quoted(given) : describe(given, keys);
  const shown = issue.expected === UNKNOWN ? '' : `${described} given; `;
  return { path: [base, ...keys.map(shownKey)].join('.'), message: `${shown}${withoutInput(issue)}` };
}

/** A name of the user's own, in a schema of the user's own, may be a secret. Ours say by themselves what is shown. */
function shownKey(key: string): string {
  return key.startsWith('(') ? key : shownUserName(key);
}

/** The message, which in a schema of the user's own quotes what was given: valibot's own messages do. */
function withoutInput({ message, received, input }: v.BaseIssue<unknown>): string {
  if (typeof input !== 'string' && typeof input !== 'number' && typeof input !== 'bigint') return message;
  return [received, String(input)].reduce(
    (text, quote) => (isHarmless(quote) ? text : text.replaceAll(quote, '…')),
    message,
  );
}

/** The words that an option takes. */
function wordsOf({ type, expected }: v.BaseIssue<unknown>): readonly string[] {
  return type === 'picklist' ? [...(expected ?? '').matchAll(/"([^"]*)"/g)].map(([, word]) => word!) : [];
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && !Array.isArray(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}
