import { headerOf } from './headers.js';

/**
 * How long a response asks to wait, in milliseconds, or `undefined`. Reads `Retry-After-Ms`, and `Retry-After` (MailerLite:
 * `X-RateLimit-Retry-After`) as whole or decimal seconds, as an HTTP date, or as seconds since the epoch (RFC 9110 §10.2.3 and what providers send). Dates are
 * read against the response's own `Date`, so that a clock that is off does no harm; `wallNow` stands in when it has none.
 */
export function retryAfterMs(headers: unknown, wallNow: number): number | undefined {
  const inMs = headerOf(headers, 'retry-after-ms')?.trim() ?? '';
  if (/^\d+(\.\d+)?$/.test(inMs)) return Math.min(Number(inMs), LONGEST_MS);
  const value = headerOf(headers, 'retry-after') ?? headerOf(headers, 'x-ratelimit-retry-after');
  return value === undefined ? undefined : timeUntil(value, headers, wallNow);
}

/** Nobody waits longer than a timer can carry, about 24.8 days: no answer closes a gate for ever. */
const LONGEST_MS = 2_147_483_647;
/** Above this a bare number is seconds since the epoch rather than from now (2001-09-09). */
const EPOCH_SECONDS = 1e9;
/** Above this a bare number is milliseconds since the epoch. */
const EPOCH_MS = 1e11;

/**
 * Milliseconds until a moment given as seconds from now, seconds or milliseconds since the epoch, a duration such as
 * `6m0s`, or a date. A number is tried first: `Date.parse('41')` is the year 2041.
 */
export function timeUntil(value: string, headers: unknown, wallNow: number): number | undefined {
  const ms = spelledMs(value.trim(), () => serverNow(headers, wallNow));
  return ms === undefined ? undefined : Math.min(Math.max(0, ms), LONGEST_MS);
}

function spelledMs(text: string, serverNow: () => number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MS) return number - serverNow();
    return number >= EPOCH_SECONDS ? number * 1000 - serverNow() : number * 1000;
  }
  // `Date.parse` takes it for a year.
  if (/^[-+]\d+(\.\d+)?$/.test(text)) return undefined;
  const duration = spelledDuration(text);
  if (duration !== undefined) return duration;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - serverNow();
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
