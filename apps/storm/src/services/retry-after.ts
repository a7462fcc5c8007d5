/** Reads Retry-After in seconds, the form that the services here send; anything else counts as absent. */
export function retryAfterMs(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d+(\.\d+)?$/.test(header)) return undefined;
  return Number(header) * 1_000;
}
