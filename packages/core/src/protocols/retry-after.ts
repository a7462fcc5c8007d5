import { headerOf } from './headers.js';

/**
 * How long a response asks to wait, in milliseconds, or `undefined`. Reads `Retry-After-Ms`, and `Retry-After` as whole
 * or decimal seconds, as an HTTP date, or as seconds since the epoch (RFC 9110 §10.2.3 and what providers send). Dates are
 * read against the response's own `Date`, so that a clock that is off does no harm; `wallNow` stands in when it has none.
 */
export function retryAfterMs(headers: unknown, wallNow: number): number | undefined {
  const inMs = headerOf(headers, 'retry-after-ms');
  if (inMs !== undefined && /^\d+(\.\d+)?$/.test(inMs)) return Number(inMs);
  const value = headerOf(headers, 'retry-after')?.trim();
  if (value === undefined || value === '') return undefined;
  return timeUntil(value, headers, wallNow);
}

/** Above this a bare number is seconds since the epoch rather than from now (2001-09-09). */
const EPOCH_SECONDS = 1e9;
/** Above this a bare number is milliseconds since the epoch. */
const EPOCH_MS = 1e11;

/**
 * Milliseconds until a moment given as seconds from now, seconds or milliseconds since the epoch, a duration such as
 * `6m0s`, or a date. A number is tried first: `Date.parse('41')` is the year 2041.
 */
export function timeUntil(value: string, headers: unknown, wallNow: number): number | undefined {
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MS) return Math.max(0, number - serverNow(headers, wallNow));
    if (number >= EPOCH_SECONDS) return Math.max(0, number * 1000 - serverNow(headers, wallNow));
    return number * 1000;
  }
  const spelled = spelledDuration(text);
  if (spelled !== undefined) return spelled;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - serverNow(headers, wallNow));
}

function serverNow(headers: unknown, wallNow: number): number {
  const date = Date.parse(headerOf(headers, 'date') ?? '');
  return Number.isNaN(date) ? wallNow : date;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go spells it, for example `1m30s` or `12ms`. */
function spelledDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(part[1]) * UNIT_MS[part[2]!]!;
  return total;
}
