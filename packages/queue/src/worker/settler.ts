import type { Clock } from '@breakwater/core';
import type { QueueDriver, Settlement } from '../driver/queue-driver.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

interface Waiting {
  readonly settlement: Settlement;
  readonly done: (stood: boolean) => void;
}

/**
 * Ends claims: those that come together go to the driver together, unless it ends each by itself. Where the driver
 * fails, it tries again for as long as it takes: what was done is not forgotten, and the jobs hold their places
 * meanwhile.
 */
export class Settler {
  private readonly waiting: Waiting[] = [];
  private flushing = false;
  private readonly end = new AbortController();

  constructor(
    private readonly driver: Pick<QueueDriver, 'settle' | 'settlesSingly'>,
    private readonly clock: Clock,
    /** Told of each failure, and with `undefined` of each success. */
    private readonly tell: (error: unknown) => void,
  ) {}

  /** Resolves with whether the claim still stood; with false, too, where the queue was closed before it was known. */
  settle(settlement: Settlement): Promise<boolean> {
    if (this.driver.settlesSingly === true) return this.settleAlone(settlement);
    return new Promise((done) => {
      this.waiting.push({ settlement, done });
      if (this.flushing) return;
      this.flushing = true;
      // Those that end in the same turn go together.
      queueMicrotask(() => void this.flush());
    });
  }

  /** Tries no more: the leases of what is left will end. */
  close(): void {
    this.end.abort();
  }

  private async settleAlone(settlement: Settlement): Promise<boolean> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const [stood] = await this.driver.settle([settlement]);
        this.tell(undefined);
        return stood === true;
      } catch (error) {
        this.tell(error);
        if (await this.isOver(pauseMs)) return false;
      }
    }
  }

  private async flush(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let most = Infinity;
    while (this.waiting.length > 0) {
      await this.clock.yield();
      const batch = this.waiting.splice(0, most);
      try {
        const stood = await this.driver.settle(batch.map(({ settlement }) => settlement));
        batch.forEach(({ done }, i) => done(stood[i] === true));
        this.tell(undefined);
        pauseMs = FIRST_PAUSE_MS;
        most *= 2;
      } catch (error) {
        this.tell(error);
        if (await this.isOver(pauseMs)) batch.forEach(({ done }) => done(false));
        else this.waiting.push(...batch);
        // One end that can never be written, such as a result that is too large, must not hold up the others.
        most = 1;
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
    }
    this.flushing = false;
  }

  private async isOver(pauseMs: number): Promise<boolean> {
    await this.clock.sleep(pauseMs, this.end.signal).catch(() => undefined);
    return this.end.signal.aborted;
  }
}
