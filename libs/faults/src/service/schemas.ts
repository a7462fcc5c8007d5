import * as v from 'valibot';

const object = v.custom<object>(
  (input) => typeof input === 'object' && input !== null && !Array.isArray(input),
  'must be a JSON object',
);

/** A JSON object with these fields and no others. */
export function shape<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    object,
    v.strictObject(entries, (issue) => (issue.expected === 'never' ? 'is not a known field' : 'is missing')),
  );
}

export function wholeNumber(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return v.pipe(
    v.number(message),
    v.check((value) => Number.isInteger(value) && value >= from && value <= to, message),
  );
}

export function text(longest: number) {
  const message = `must be a string of 1 to ${longest} characters`;
  return v.pipe(
    v.string(message),
    v.check((value) => value.length >= 1 && value.length <= longest, message),
  );
}

export function jsonObject() {
  return v.pipe(object, v.record(v.string(), v.unknown()));
}
