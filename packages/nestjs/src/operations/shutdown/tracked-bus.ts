import type { Bus, Unsubscribe } from '@breakwater/core';

/** A bus whose subscriptions are ended together: while one stands, the connection of the bus is open. */
export class TrackedBus implements Bus {
  private readonly subscriptions = new Set<Unsubscribe>();
  /** Subscriptions that are being made. */
  private readonly pending = new Set<Promise<Unsubscribe>>();
  private ended = false;

  constructor(private readonly inner: Bus) {}

  publish(topic: string, message: string): Promise<void> {
    return this.inner.publish(topic, message);
  }

  /** After the end a subscription is none, and one that was being made ends as it comes. */
  async subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    if (this.ended) return () => Promise.resolve();
    const making = this.make(topic, listener);
    this.pending.add(making);
    try {
      return await making;
    } finally {
      this.pending.delete(making);
    }
  }

  /** Ends all subscriptions, those that are being made as well, and makes none any more. */
  async end(): Promise<void> {
    this.ended = true;
    await Promise.allSettled([...this.pending, ...[...this.subscriptions].map((unsubscribe) => unsubscribe())]);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  private async make(topic: string, listener: (message: string) => void): Promise<Unsubscribe> {
    const subscription = await this.inner.subscribe(topic, listener);
    const unsubscribe = async () => {
      if (this.subscriptions.delete(unsubscribe)) await subscription();
    };
    this.subscriptions.add(unsubscribe);
    // The one that has asked for it is not to blame where that fails, and can do nothing about it.
    if (this.ended) await unsubscribe().catch(() => undefined);
    return unsubscribe;
  }
}
