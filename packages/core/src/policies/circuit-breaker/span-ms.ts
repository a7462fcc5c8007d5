/** Microseconds of a millisecond: no clock here tells less. */
const PARTS = 1000;

/**
 * How long it is from one time of the clock to another, in milliseconds, as it is told. Times are sums of fractions,
 * whose difference alone would show 999.9999999999999 for a second; what is decided goes by the times themselves.
 */
export function spanMs(from: number, until: number): number {
  return Math.round((until - from) * PARTS) / PARTS;
}
