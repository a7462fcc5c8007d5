import { SETTING_WORDS } from './setting-words.js';

/** A text of fewer characters is no credential of any provider. */
const SHORTEST_SECRET = 6;
const AMOUNT = /^-?\d{1,6}(\.\d{1,3})? ?(%|[kmg]i?b|ms|s|m|h|d|[a-z]+)?$/i;
/** The most digits among words. */
const MOST_DIGITS_IN_WORDS = 3;
/** The most digits of a number that say something. */
const MOST_DIGITS = 6;

/**
 * Whether text cannot be a secret, whatever stands around it: fewer than six characters, an amount such as `2 seconds`,
 * or words of which settings are made, such as `maxRetries`. All else may be one that stands in the wrong place.
 */
export function isHarmless(text: string): boolean {
  if (text.length < SHORTEST_SECRET) return true;
  const [amount, , unit = ''] = AMOUNT.exec(text) ?? [];
  if (amount !== undefined) return unit.length < 4 || isWord(unit);
  return text.replaceAll(/\D/g, '').length <= MOST_DIGITS_IN_WORDS && wordsIn(text).every(isWord);
}

function wordsIn(text: string): readonly string[] {
  return text.split(/[\s,:;/._-]+|(?<=[a-z])(?=[A-Z])/).filter((word) => word !== '');
}

function isWord(text: string): boolean {
  return SETTING_WORDS.has(text.toLowerCase()) || /^\d+$/.test(text);
}

/** The same of a number: it has at most six digits before or after which are only zeros. */
export function isHarmlessNumber(number: number | bigint): boolean {
  const digits = String(number).replace(/e.*$/, '').replaceAll(/\D/g, '');
  return digits.replaceAll(/^0+|0+$/g, '').length <= MOST_DIGITS;
}
