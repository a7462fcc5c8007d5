/** One job as its processor sees it. */
export interface SyncJobData<Payload = unknown> {
  readonly id: string;
  readonly name: string;
  /** Empty where the job was added without one. */
  readonly tenant: string;
  /** The value that the job's schema made of the payload; without a schema, the payload as it was added. */
  readonly payload: Payload;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** How often a process that worked at it ended or lost its lease: its effect may be there already. */
  readonly lost: number;
  /**
   * The key by which the provider knows the job's effect: the same over attempts, restarts and replays. The clients of
   * the provider send it by themselves.
   */
  readonly idempotencyKey: string;
  /** Aborts when the attempt runs out of time, when the job's lease is lost, and at the end of a shutdown's grace. */
  readonly signal: AbortSignal;
  /** A key for one of several effects of the job. */
  keyFor(part: string): string;
  /** Notes how far the job is: any JSON. */
  progress(value: unknown): Promise<void>;
}
