/** Entries that were evicted before their time. */
export interface Eviction {
  /** The first two parts of their keys: the purpose and the provider, such as `idempotency:payments`. */
  readonly share: string;
  /** How many of the share since the last report. */
  readonly evicted: number;
}

/** How often evictions of a share are reported, in milliseconds. */
const REPORT_EVERY_MS = 60_000;

/** Reports the first eviction of each share at once, and those after it at most once a minute, counted. */
export class EvictionReports {
  private readonly shares = new Map<string, { evicted: number; reportedAt: number }>();

  constructor(private readonly report: (eviction: Eviction) => void) {}

  note(share: string, now: number): void {
    let counted = this.shares.get(share);
    if (counted === undefined) this.shares.set(share, (counted = { evicted: 0, reportedAt: -Infinity }));
    counted.evicted++;
    if (now - counted.reportedAt < REPORT_EVERY_MS) return;
    const { evicted } = counted;
    counted.evicted = 0;
    counted.reportedAt = now;
    this.report({ share, evicted });
  }
}

/** Says once, as a warning of the process, that a store forgets entries. */
export function warnOnce(): (eviction: Eviction) => void {
  let warned = false;
  return ({ share }) => {
    if (warned) return;
    warned = true;
    process.emitWarning(
      `MemoryStore is full and forgets entries of '${share}' before their time: raise maxEntries or maxBytes, or use a store that is no memory of one process`,
      { code: 'BREAKWATER_STORE_FULL' },
    );
  };
}
