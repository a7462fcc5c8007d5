import { isHarmless, isHarmlessNumber } from './is-harmless.js';
import { isPlain } from './is-plain.js';

/** A value as a person would write it. Never more than a line, and never what may be a secret. */
export function printed(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return isHarmless(value) ? quoted(value) : `text of ${value.length} characters`;
  if (typeof value === 'number' || typeof value === 'bigint')
    return isHarmlessNumber(value) ? String(value) : 'a number';
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return onOneLine(String(value));
  return isPlain(value) ? 'an object' : `an instance of ${className(value)}`;
}

/** A text that is known to be no secret. */
export function quoted(text: string): string {
  return `'${onOneLine(text.length > 60 ? `${text.slice(0, 57)}…` : text)}'`;
}

/** A text with its line breaks and other control characters escaped. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (character) => escapeOf(character));
}

function escapeOf(character: string): string {
  const known = JSON.stringify(character).slice(1, -1);
  return known === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : known;
}

function className(instance: object): string {
  const name: unknown = instance.constructor?.name;
  return typeof name === 'string' && name !== '' ? onOneLine(name) : 'a class';
}
