import { printed } from '../values/printed.js';

/**
 * A length of time: a number of milliseconds, or a string with a unit such as `'250ms'`, `'2s'`, `'5m'`, `'24h'`,
 * `'30d'`. Never seconds.
 */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The forms of a duration, for error messages. */
export const DURATION_FORM = "a duration such as '250ms', '2s', '5m', '24h' or a number of milliseconds";

/** Milliseconds of a duration. Throws a `TypeError` for anything else, NaN, infinity and negative values included. */
export function durationMs(value: Duration): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new TypeError(`${printed(value)} is not ${DURATION_FORM}`);
  return ms;
}

/** Milliseconds of a duration, or `undefined` when the value is not one. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(value.trim());
  const ms = match ? Number(match[1]) * MS_PER_UNIT[match[2]!]! : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}
