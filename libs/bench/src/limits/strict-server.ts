/** The most calls that any window holds, wherever it begins. */
export function mostInAnyWindow(sent: readonly number[], perMs: number): number {
  const at = sent.toSorted((a, b) => a - b);
  let most = 0;
  for (let from = 0, to = 0; to < at.length; to++) {
    while (at[to]! - at[from]! >= perMs) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** Share of calls refused by a server with an exact rolling window, by when they arrive. */
export function refusedByServer(arrivals: readonly number[], limit: number, perMs: number): number {
  const accepted: number[] = [];
  let refused = 0;
  for (const at of arrivals.toSorted((a, b) => a - b)) {
    const before = accepted[accepted.length - limit];
    if (before !== undefined && at - before < perMs) refused++;
    else accepted.push(at);
  }
  return arrivals.length === 0 ? 0 : refused / arrivals.length;
}
