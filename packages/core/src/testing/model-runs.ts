/**
 * How many random cases a model spec runs: `usual`, unless the environment's `BREAKWATER_MODEL_RUNS` says otherwise.
 * Throws a `TypeError` when that is not a whole number from 1.
 */
export function modelRuns(usual: number): number {
  const asked = process.env['BREAKWATER_MODEL_RUNS'];
  if (asked === undefined) return usual;
  const runs = Number(asked);
  if (!/^\d+$/.test(asked) || !Number.isSafeInteger(runs) || runs === 0) {
    throw new TypeError(`BREAKWATER_MODEL_RUNS is '${asked}': expected a whole number from 1`);
  }
  return runs;
}
