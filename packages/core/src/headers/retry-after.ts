import { LONGEST_DELAY_MS } from '../time/clock.js';
import { headerOf } from './headers.js';
import { httpDateMs } from './http-date.js';

/**
 * How long a response asks to wait, in milliseconds, or `undefined`. Reads `Retry-After-Ms` (Azure:
 * `X-Ms-Retry-After-Ms`), and `Retry-After` (MailerLite: `X-RateLimit-Retry-After`) as whole or decimal seconds, as an
 * HTTP date, or as seconds since the epoch (RFC 9110 §10.2.3 and what providers send). Dates are read against the
 * response's own `Date`, so that a clock that is off does no harm; `wallNow` stands in when it has none. The first of
 * several values counts: a header that was sent twice arrives as a list.
 */
export function retryAfterMs(headers: unknown, wallNow: number): number | undefined {
  const inMs = firstOf(headerOf(headers, 'retry-after-ms') ?? headerOf(headers, 'x-ms-retry-after-ms') ?? '');
  if (NUMBER.test(inMs)) return Math.min(Number(inMs), LONGEST_DELAY_MS);
  const value = headerOf(headers, 'retry-after') ?? headerOf(headers, 'x-ratelimit-retry-after');
  return value === undefined ? undefined : timeUntil(value, headers, wallNow);
}

const NUMBER = /^\d+(\.\d+)?$/;
/** Above this a bare number is seconds since the epoch rather than from now (2001-09-09). */
const EPOCH_SECONDS = 1e9;
/** Above this a bare number is milliseconds since the epoch. */
const EPOCH_MS = 1e11;
/** Our time, in milliseconds since the epoch (2014 to 2128): what falls into it in a smaller unit is given in that. */
const OUR_TIME = [1.4e12, 5e12] as const;

/**
 * Milliseconds until a moment given as seconds from now, seconds or smaller units since the epoch, a duration such as
 * `6m0s`, or a date. Never more than a timer can carry, about 24.8 days: no answer closes a gate for ever.
 */
export function timeUntil(value: string, headers: unknown, wallNow: number): number | undefined {
  const ms = spelledMs(value.trim(), () => serverNow(headers, wallNow));
  return ms === undefined ? undefined : Math.min(Math.max(0, ms), LONGEST_DELAY_MS);
}

function spelledMs(text: string, serverNow: () => number): number | undefined {
  const first = firstOf(text);
  if (NUMBER.test(first)) {
    const number = Number(first);
    if (number >= EPOCH_MS) return epochMs(number) - serverNow();
    return number >= EPOCH_SECONDS ? number * 1000 - serverNow() : number * 1000;
  }
  const duration = spelledDuration(first);
  if (duration !== undefined) return duration;
  const date = httpDateMs(text);
  return date === undefined ? undefined : date - serverNow();
}

/** A moment in milliseconds, microseconds or nanoseconds since the epoch. */
function epochMs(number: number): number {
  const [from, to] = OUR_TIME;
  return [number / 1e3, number / 1e6].find((ms) => ms >= from && ms <= to) ?? number;
}

/** The first of several values, or a value without its parameters. */
function firstOf(text: string): string {
  return text.split(/[,;]/, 1)[0]!.trim();
}

/**
 * The moment at which the answer left: its `Date`, and the seconds for which a cache has kept it since (RFC 9111
 * §4.2.3).
 */
function serverNow(headers: unknown, wallNow: number): number {
  const date = httpDateMs(headerOf(headers, 'date') ?? '');
  if (date === undefined) return wallNow;
  const age = headerOf(headers, 'age')?.trim() ?? '';
  return WHOLE_SECONDS.test(age) ? date + Number(age) * 1000 : date;
}

/** At most 31 bits, as RFC 9111 §1.2.2 has it: no `Age` moves a date by more than a lifetime. */
const WHOLE_SECONDS = /^\d{1,10}$/;

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as Go spells it, for example `1m30s` or `12ms`. */
function spelledDuration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(part[1]) * UNIT_MS[part[2]!]!;
  return total;
}
