import { FixedWindow } from '../service/fixed-window.js';
import type { FaultKind, FaultSet } from './fault-set.js';
import { seededRandom } from './seeded-random.js';

/** The fate of one request: first a delay, then an end. */
export interface Fate {
  readonly struck: readonly FaultKind[];
  readonly delayMs: number;
  readonly end: FateEnd;
}

export type FateEnd =
  | { readonly kind: 'work' | 'hang' | 'drop-before-work' | 'drop-after-work' }
  | { readonly kind: 'refuse'; readonly status: number; readonly retryAfterSeconds?: number };

/**
 * Decides the fate of each request while one fault set is active, at the moment the request arrives.
 * Throttle, flap and hang come first and act at once; then latency, a drop before the work, an error, a drop after it.
 */
export class Fates {
  private readonly startedMs: number;
  private readonly window: FixedWindow | undefined;
  private readonly latencyDice: () => number;
  private readonly errorDice: () => number;
  private readonly dropDice: () => number;

  /** `now` is monotonic; the flap starts up with the first reading. */
  constructor(
    readonly faults: FaultSet,
    private readonly now: () => number,
    seed: number,
  ) {
    const { throttle } = faults;
    this.startedMs = now();
    this.window = throttle && new FixedWindow(throttle.limit, throttle.perMs);
    this.latencyDice = seededRandom(seed, 'latency');
    this.errorDice = seededRandom(seed, 'error');
    this.dropDice = seededRandom(seed, 'drop');
  }

  next(): Fate {
    return this.throttled() ?? this.down() ?? this.hung() ?? this.delayed(this.worked());
  }

  private throttled(): Fate | undefined {
    const admission = this.window?.take(this.now());
    if (admission === undefined || admission.admitted) return undefined;
    const retryAfterSeconds = Math.ceil(admission.resetMs / 1000);
    return fate('throttle', { kind: 'refuse', status: 429, retryAfterSeconds });
  }

  private down(): Fate | undefined {
    const { flap } = this.faults;
    if (flap === undefined) return undefined;
    const isUp = (this.now() - this.startedMs) % (flap.upMs + flap.downMs) < flap.upMs;
    return isUp ? undefined : fate('flap', { kind: 'refuse', status: flap.status });
  }

  private hung(): Fate | undefined {
    return this.faults.hang && fate('hang', { kind: 'hang' });
  }

  private worked(): Fate {
    return (
      this.dropped('before-work') ??
      this.failed() ??
      this.dropped('after-work') ?? { struck: [], delayMs: 0, end: { kind: 'work' } }
    );
  }

  private dropped(when: 'before-work' | 'after-work'): Fate | undefined {
    const { drop } = this.faults;
    if (drop?.when !== when || this.dropDice() >= drop.rate) return undefined;
    return fate('drop', { kind: `drop-${when}` });
  }

  private failed(): Fate | undefined {
    const { error } = this.faults;
    if (error === undefined || this.errorDice() >= error.rate) return undefined;
    return fate('error', { kind: 'refuse', status: error.status, retryAfterSeconds: error.retryAfterSeconds });
  }

  private delayed(rest: Fate): Fate {
    const { latency } = this.faults;
    if (latency === undefined) return rest;
    const jitterMs = (this.latencyDice() * 2 - 1) * (latency.jitterMs ?? 0);
    return { ...rest, struck: ['latency', ...rest.struck], delayMs: Math.max(0, latency.ms + jitterMs) };
  }
}

function fate(by: FaultKind, end: FateEnd): Fate {
  return { struck: [by], delayMs: 0, end };
}
