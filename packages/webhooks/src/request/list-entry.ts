import type { SignatureList } from '../definition/sender.js';

/** The value of the one entry with this label, or `undefined` where there is none or more than one. */
export function listEntry(
  text: string | undefined,
  label: string,
  list: SignatureList | undefined,
): string | undefined {
  if (text === undefined || list?.assign === undefined) return undefined;
  const mark = label + list.assign;
  const found = text
    .split(list.separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry.startsWith(mark));
  return found.length === 1 ? found[0]?.slice(mark.length) : undefined;
}
