/** Ends a subscription. Resolves when no further message will be delivered to its listener. */
export type Unsubscribe = () => Promise<void>;

/**
 * Tells the other processes. A message may be lost, and is then never delivered: what is told must also stand in a
 * store where it is looked for later. Messages of one publisher on one topic that are delivered arrive in order.
 */
export interface Bus {
  /**
   * Sends `message` to the present subscribers of `topic`, those of this process included. Rejects when it cannot be
   * sent.
   */
  publish(topic: string, message: string): Promise<void>;
  /**
   * Resolves when `listener` will be told of messages that are published from now on. A listener that throws harms no
   * other.
   */
  subscribe(topic: string, listener: (message: string) => void): Promise<Unsubscribe>;
  /** Ends all subscriptions and frees the connection that the bus opened. */
  close(): Promise<void>;
}
