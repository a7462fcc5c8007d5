import type { Clock } from '../time/clock.js';
import type { Bus, Unsubscribe } from '../store/bus.js';
import type { Invalidation } from './question.js';

/** How long after a failure to subscribe it is tried again. */
const AGAIN_MS = 1000;

/** One message: what is forgotten, or which question is not being asked any more. */
interface Told {
  readonly from: string;
  readonly forget?: readonly Invalidation[];
  readonly asked?: string;
}

/** Keeps answers that other hosts may invalidate. */
export interface ForgetListener {
  /** Another host has invalidated answers. */
  hear(invalidation: Invalidation): void;
}

interface Parts {
  readonly bus: Bus | undefined;
  readonly topic: string;
  /** Text that tells this host from others. */
  readonly host: string;
  readonly clock: Clock;
}

/**
 * The topic on which the hosts of one provider tell each other what to forget, and that an answer has come. A message
 * that is lost costs time, never an answer that no longer holds: that stands in the store.
 */
export class AnswerTopic {
  /** Weakly: a listener that is left out of newer settings says nothing. */
  private listeners: WeakRef<ForgetListener>[] = [];
  private readonly waiting = new Map<string, Set<() => void>>();
  private subscribed: Promise<Unsubscribe | undefined> | undefined;
  /** When it was last tried in vain, in monotonic milliseconds. */
  private failedAt: number | undefined;

  constructor(private readonly parts: Parts) {}

  get isHeard(): boolean {
    return this.parts.bus !== undefined;
  }

  /** Has a listener told of what other hosts forget, until it leaves. */
  join(listener: ForgetListener): void {
    this.listeners.push(new WeakRef(listener));
    this.subscribed ??= this.subscribe();
  }

  /** Subscribes where that has failed so far, such as while the store was away; not more often than once a second. */
  listen(): void {
    const { failedAt, subscribed, listeners } = this;
    if (failedAt === undefined || subscribed !== undefined || listeners.length === 0) return;
    if (this.parts.clock.now() < failedAt + AGAIN_MS) return;
    this.subscribed = this.subscribe()?.then((unsubscribe) => {
      if (unsubscribe === undefined) return undefined;
      this.failedAt = undefined;
      // Others may have forgotten anything meanwhile.
      this.hear({});
      return unsubscribe;
    });
  }

  leave(listener: ForgetListener): void {
    this.listeners = this.listeners.filter((ref) => ref.deref() !== undefined && ref.deref() !== listener);
    if (this.listeners.length > 0) return;
    this.subscribed?.then((unsubscribe) => unsubscribe?.()).catch(() => undefined);
    this.subscribed = undefined;
  }

  /** Rejects where the message cannot be sent. */
  async tell(told: Omit<Told, 'from'>): Promise<void> {
    const { bus, topic, host } = this.parts;
    await bus?.publish(topic, JSON.stringify({ from: host, ...told }));
  }

  /** Resolves when another host is told to have an answer, or none; after `ms` at the latest, or with an abort. */
  async wait(asked: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const woken = new AbortController();
    const wake = () => woken.abort();
    const others = this.waiting.get(asked) ?? new Set();
    this.waiting.set(asked, others.add(wake));
    signal.addEventListener('abort', wake, { once: true });
    try {
      await this.parts.clock.sleep(ms, woken.signal);
    } catch {
      // Woken before its time.
    } finally {
      signal.removeEventListener('abort', wake);
      others.delete(wake);
      if (others.size === 0) this.waiting.delete(asked);
    }
  }

  private subscribe(): Promise<Unsubscribe | undefined> | undefined {
    const { bus, topic, clock } = this.parts;
    return bus
      ?.subscribe(topic, (message) => this.receive(message))
      .catch(() => {
        this.failedAt = clock.now();
        return (this.subscribed = undefined);
      });
  }

  private hear(invalidation: Invalidation): void {
    for (const ref of this.listeners) ref.deref()?.hear(invalidation);
  }

  private receive(message: string): void {
    const { from, forget = [], asked } = JSON.parse(message) as Told;
    if (from === this.parts.host) return;
    for (const invalidation of forget) this.hear(invalidation);
    if (asked !== undefined) for (const wake of this.waiting.get(asked) ?? []) wake();
  }
}
