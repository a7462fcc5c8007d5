import { isHarmless } from '../values/is-harmless.js';

/** Letters that are wrong in a word that is shown. */
const MOST_SLIPS = 2;

/** The message about a name that is not among the known ones, with the one that was probably meant. */
export function unknownName(
  what: 'option' | 'setting' | 'policy' | 'method' | 'preset',
  name: string,
  known: readonly string[],
): string {
  const meant = nearestName(name, known);
  const list = known.join(', ');
  return meant === undefined
    ? `unknown ${what}; known are ${list}`
    : `unknown ${what}; did you mean '${meant}'? Known are ${list}`;
}

/** A name that is not among the known ones, as a message may show it: a secret may stand in its place. */
export function shownName(name: string, known: readonly string[]): string {
  return isHarmless(name) || isMisspelt(name, known) ? name : `(a name of ${name.length} characters)`;
}

/** Whether a text is one of the known ones but for a slip or two, and so can be no secret. */
export function isMisspelt(text: string, known: readonly string[]): boolean {
  const meant = /\d/.test(text) ? undefined : nearestName(text, known);
  return meant !== undefined && editDistance(text.toLowerCase(), meant.toLowerCase()) <= MOST_SLIPS;
}

/** The known name that was probably meant: at most two letters in five are to be changed. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const mostSlips = name.length * 0.4;
  const [first] = known
    // As many letters as one is longer than the other are to be changed at least.
    .filter((candidate) => Math.abs(candidate.length - name.length) <= mostSlips)
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return first !== undefined && first.distance <= mostSlips ? first.candidate : undefined;
}

/** How many letters are to be inserted, left out or replaced (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
