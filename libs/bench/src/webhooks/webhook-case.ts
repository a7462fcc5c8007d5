/**
 * One way of verifying a webhook, and whose rate its own is told in. Cases that wait for a promise are timed with the
 * wait.
 */
export interface WebhookCase {
  readonly name: string;
  /** The name of the case that is 1.00; absent for that case itself. */
  readonly beside?: string;
  /** Throws, or rejects, unless the answer is right. */
  readonly run: () => unknown;
  readonly waits?: boolean;
}
