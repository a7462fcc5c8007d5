/**
 * Whether to refresh before the end, by the rule of XFetch: now − Δ·β·ln(U) ≥ expiry, with Δ how long the last fetch
 * took and U uniform in (0, 1]. (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention,
 * VLDB 2015.) `random` is in [0, 1).
 */
export function isRefreshedEarly(leftMs: number, tookMs: number, beta: number, random: number): boolean {
  return -tookMs * beta * Math.log(1 - random) >= leftMs;
}
