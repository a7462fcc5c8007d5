/** Epoch milliseconds: the one place of this package that reads a clock. */
export function wallClock(): number {
  return Date.now();
}
