import type { Scheme } from '../definition/scheme.js';

/** A comma, a bar or blanks between two secrets; the comma of Supabase's `v1,whsec_…` is none. */
const SEPARATOR = /\s*[|]\s*|(?<!\bv1a?)\s*,\s*|\s+/;
const MARKED = /^(?:v1a?,)?[a-z]{2,12}_/i;

/**
 * The secrets that stand in one text, as one variable may hold them: one to a line, or with commas, bars or blanks
 * between them where no single secret of this sender could look so.
 */
export function splitSecrets(schemes: readonly Scheme[], text: string): readonly string[] {
  if (text.includes('-----BEGIN ') || text.trimStart().startsWith('{')) return [text];
  if (text.trim() === '') return [text];
  const lines = text.trim() === text ? text.split(/\r?\n/).filter((line) => line !== '') : [text];
  return lines.flatMap((line) => splitLine(schemes, line));
}

function splitLine(schemes: readonly Scheme[], line: string): readonly string[] {
  const pieces = line.trim() === line ? line.split(SEPARATOR) : [line];
  if (pieces.length < 2 || pieces.includes('')) return [line];
  const marks = new Set(pieces.map((piece) => MARKED.exec(piece)?.[0]));
  const alike = marks.size === 1 && !marks.has(undefined);
  return alike || pieces.every((piece) => isEncodedKey(schemes[0], piece)) ? pieces : [line];
}

function isEncodedKey(scheme: Scheme | undefined, text: string): boolean {
  const encoding = scheme?.key.encoding;
  if (encoding === 'hex') return /^[0-9a-f]{16,}$/i.test(text);
  return (encoding === 'base64' || encoding === 'spki') && /^(?:\w+_)?[A-Za-z0-9+/]{16,}={0,2}$/.test(text);
}
