/** A genuine webhook, as `@WebhookEvent()` gives it to a handler. */
export interface WebhookDelivery<T = unknown> {
  /** The delivery's id, where the sender gives one. Do not dedupe by it: the guard does, by the sender's own rule. */
  readonly id: string | undefined;
  /** The name of the sender. */
  readonly sender: string;
  /** When it was sent, where the sender tells. */
  readonly sentAt: Date | undefined;
  /** The sender's name for what happened, for example `'charge.succeeded'`, where it has one. */
  readonly type: string | undefined;
  /**
   * JSON and forms parsed, other text as a string, anything else as a `Buffer`: always from the bytes that were
   * verified.
   */
  readonly body: T;
  /**
   * Marks the delivery as handled inside a transaction of yours, so that a process that dies leaves both your write and
   * the mark, or neither. Needs a store of the same database: a `SqliteStore` with `tablePrefix` (call it before the
   * commit, also without `await`), or a `PostgresStore`. Throws when another process has taken the delivery: have the
   * transaction rolled back. Does nothing where copies are handled again.
   */
  settle(transaction: unknown): Promise<void>;
}
