import type { Clock } from '../../time/clock.js';
import type { Bus } from '../../store/bus.js';

/**
 * How long a duplicate of another process's call waits before it first looks again, in milliseconds. A call that takes
 * less is not told of: that would cost each of them a message.
 */
export const LOOK_MS = 100;

/** A wait that a message can cut short. */
interface Waiting {
  wake(): void;
}

/**
 * Tells the duplicates of other processes that an operation has ended, over the store's bus. A message that is lost
 * costs them time, never an answer: they look by themselves as well.
 */
export class EndedOperations {
  private readonly waiting = new Map<string, Set<Waiting>>();
  private subscribed: Promise<unknown> | undefined;
  private topic = '';
  private bus: Bus | undefined;

  /** The operations of a provider, told over this bus. The same for all of its methods. */
  over(provider: string, bus: Bus | undefined): this {
    this.topic = `idempotency:${provider}:ended`;
    this.bus = bus;
    return this;
  }

  /** Whether the end of an operation may be told at all. */
  get isHeard(): boolean {
    return this.bus !== undefined;
  }

  /** Not waited for: what ended stands in the store. */
  tell(recordKey: string): void {
    this.bus?.publish(this.topic, recordKey).catch(() => undefined);
  }

  /** Resolves when the operation is told to have ended, and after `ms` at the latest; rejects as `clock.sleep` does. */
  async wait(recordKey: string, ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
    this.subscribe();
    const told = new AbortController();
    const waiting = { wake: () => told.abort() };
    const others = this.waiting.get(recordKey) ?? new Set<Waiting>();
    this.waiting.set(recordKey, others.add(waiting));
    const onAbort = () => told.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (!signal.aborted) await clock.sleep(ms, told.signal);
    } catch {
      // Woken before its time.
    } finally {
      signal.removeEventListener('abort', onAbort);
      others.delete(waiting);
      if (others.size === 0) this.waiting.delete(recordKey);
    }
    signal.throwIfAborted();
  }

  /** Once, by the first who waits. Where it fails, the next one tries again. */
  private subscribe(): void {
    this.subscribed ??= this.bus
      ?.subscribe(this.topic, (recordKey) => {
        for (const waiting of this.waiting.get(recordKey) ?? []) waiting.wake();
      })
      .catch(() => (this.subscribed = undefined));
  }
}
