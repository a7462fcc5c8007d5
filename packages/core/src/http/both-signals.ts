/** A signal that aborts with any of several, until it is released. */
export interface BothSignals {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Follows several signals. (`AbortSignal.any` would keep whatever long-lived signals have ever been combined with,
 * nodejs/node#54614.)
 */
export function bothSignals(...sources: readonly AbortSignal[]): BothSignals {
  const both = new AbortController();
  const stops = sources.map((source) => {
    const abort = () => both.abort(source.reason);
    if (source.aborted) abort();
    source.addEventListener('abort', abort);
    return () => source.removeEventListener('abort', abort);
  });
  return { signal: both.signal, release: () => stops.forEach((stop) => stop()) };
}
