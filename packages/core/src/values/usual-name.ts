import { isHarmless } from './is-harmless.js';

const LONGEST = 40;
const MOST_DIGITS = 3;
/** A word in lower case, or with a capital first, or an abbreviation, with a number after it. */
const WORD = /^([A-Z]?[a-z]{1,20}|[A-Z]{1,5})\d{0,2}$/;
/** Nothing that can be said: no vowel, or five consonants in a row. */
const UNSPEAKABLE = /^[^aeiouy]*$|[^aeiouy\d]{5}/i;
/** A credential of fewer characters is rare, and an average of fewer letters a word is one of random letters. */
const SHORTEST_CREDENTIAL = 12;
const SHORTEST_WORDS = 3;

/**
 * Whether text is as people name providers, methods and options: `shopApi2`, `X-Request-Id`, `get_order`, and not
 * `sk_live_4eC39Hq`, a URL or a sentence. One in a thousand random texts of twenty characters in base64 passes.
 */
export function isUsualName(text: string): boolean {
  if (text.length > LONGEST || text.replaceAll(/\D/g, '').length > MOST_DIGITS) return false;
  const words = text.split(/[$._-]+|(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/).filter((word) => word !== '');
  if (!words.every((word) => WORD.test(word)) || words.filter((word) => UNSPEAKABLE.test(word)).length > 1)
    return false;
  const letters = words.join('').replaceAll(/\d/g, '').length;
  return text.length < SHORTEST_CREDENTIAL || words.length <= 2 || letters >= words.length * SHORTEST_WORDS;
}

/** A name that the user has given, as a message may show it: a secret may stand in its place by mistake. */
export function shownUserName(name: string): string {
  return isHarmless(name) || isUsualName(name) ? name : `(a name of ${name.length} characters)`;
}
