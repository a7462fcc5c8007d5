const TIME = String.raw`\d{2}:\d{2}:\d{2}`;
const ZONE = String.raw`(?: ?(?:Z|GMT|UTC)?(?:[+-]\d{2}:?\d{2})?)`;
const FORMS = [
  // Sun, 06 Nov 1994 08:49:37 GMT and Sunday, 06-Nov-94 08:49:37 GMT
  String.raw`[A-Z][a-z]+, \d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} ${TIME}${ZONE}`,
  // Sun Nov  6 08:49:37 1994
  String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d ${TIME} \d{4}`,
  // Sun Nov 06 1994 08:49:37 GMT+0000, as JavaScript prints it
  String.raw`[A-Z][a-z]{2} [A-Z][a-z]{2} \d{2} \d{4} ${TIME}${ZONE}`,
  // 1994-11-06T08:49:37Z
  String.raw`\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?${ZONE})?`,
];
/** One of the forms, up to the next value, or to a remark. */
const DATE = new RegExp(String.raw`^(?:${FORMS.join('|')})(?=\s*(?:[,;(]|$))`);
const WITHOUT_ZONE = /(?<=[T ])\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: \d{4})?$/;

/**
 * A moment as headers spell it, in milliseconds since the epoch: in one of the three forms of an HTTP date (RFC 9110
 * §5.6.7), in ISO 8601, or as JavaScript prints it. Where it names no zone it is in GMT. The first of several counts.
 * `undefined` for anything else: `Date.parse` takes even `retry 5` for a date.
 */
export function httpDateMs(text: string): number | undefined {
  const date = DATE.exec(text)?.[0];
  if (date === undefined) return undefined;
  const ms = Date.parse(WITHOUT_ZONE.test(date) ? `${date.replace(/(?<=\d)T/, ' ')} GMT` : date);
  return Number.isNaN(ms) ? undefined : ms;
}
