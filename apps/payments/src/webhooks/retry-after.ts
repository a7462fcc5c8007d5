const ONE_HOUR_MS = 3_600_000;

/** How long a `Retry-After` asks to wait, in seconds or as an HTTP date (RFC 9110 §10.2.3); at most an hour. */
export function retryAfterMs(value: string | null, wallMs: number): number {
  if (value === null) return 0;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - wallMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), ONE_HOUR_MS);
}
