import { isPlain } from './is-plain.js';

/** A value as a person would write it. Never more than a line, and never what an object holds: it may be a secret. */
export function printed(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `'${onOneLine(value.length > 60 ? `${value.slice(0, 57)}…` : value)}'`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return onOneLine(String(value));
  return isPlain(value) ? 'an object' : `an instance of ${className(value)}`;
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
