/** How much sooner than asked for a secret is read anew, so that hosts do not all ask at once: up to this share. */
const JITTER = 0.2;
const FIRST_RETRY_MS = 1000;
/** The share of what is left of a secret with an end after which it is read anew. */
const BEFORE_END = 2 / 3;

export interface RefreshTimes {
  /** How often the source wants its secrets to be read. */
  readonly refreshMs: number;
  /** How often reading failed since it last did not. */
  readonly failures: number;
  /** In how many milliseconds the value ends, where it does. */
  readonly endsInMs: number | undefined;
  readonly random: () => number;
}

/** In how many milliseconds a secret is to be read anew. */
export function nextRefreshMs({ refreshMs, failures, endsInMs, random }: RefreshTimes): number {
  const regular = failures > 0 ? Math.min(refreshMs, FIRST_RETRY_MS * 2 ** (failures - 1)) : refreshMs;
  const beforeEnd = endsInMs === undefined || failures > 0 ? Infinity : Math.max(FIRST_RETRY_MS, endsInMs * BEFORE_END);
  return Math.min(regular, beforeEnd) * (1 - JITTER * random());
}
