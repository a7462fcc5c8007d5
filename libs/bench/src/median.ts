/** The middle one; of an even number, the higher of the two in the middle. `NaN` when there is none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
