import { isPlain } from './is-plain.js';

/** The longest text that looks like a token and is shown. */
const LONGEST_TOKEN = 15;

/** A value as a person would write it. Never more than a line, and never what an object holds: it may be a secret. */
export function printed(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return mayBeSecret(value) ? `text of ${value.length} characters` : quoted(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object' || value === null) return onOneLine(String(value));
  return isPlain(value) ? 'an object' : `an instance of ${className(value)}`;
}

function quoted(text: string): string {
  return `'${onOneLine(text.length > 60 ? `${text.slice(0, 57)}…` : text)}'`;
}

/** Whether text looks like a token, or like a URL that carries a credential. Such text may end up in any setting. */
function mayBeSecret(text: string): boolean {
  if (/:\/\/[^/]*@|:\/\/.*[?#]/.test(text)) return true;
  return text
    .split(/[\s/,;:'"]+/)
    .some((word) => word.length > LONGEST_TOKEN && /\d/.test(word) && /[a-z]/i.test(word));
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
