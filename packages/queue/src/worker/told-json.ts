import { messageOf } from '@breakwater/core/adapter';

/** How many characters of a result or of progress are kept: thousands of completed jobs are. */
const LONGEST = 262_144;

/**
 * The JSON of a processor's word where it can be kept; otherwise why it cannot: that does not undo what was done.
 * `undefined` where nothing was said.
 */
export function toldJson(value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined;
  try {
    const text = JSON.stringify(value) ?? JSON.stringify(`${what} that is no JSON: a ${typeof value}`);
    if (text.length <= LONGEST) return text;
    return JSON.stringify(`${what} of ${text.length} characters: ${LONGEST} are kept at most`);
  } catch (error) {
    return JSON.stringify(`${what} that is no JSON: ${messageOf(error)}`);
  }
}
