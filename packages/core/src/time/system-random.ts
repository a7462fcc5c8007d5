/** The machine's own randomness: a number in [0, 1). */
export function systemRandom(): number {
  return Math.random();
}
