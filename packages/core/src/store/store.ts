import type { Bus } from './bus.js';
import type { CountResult, SlidingWindow } from './sliding-count.js';

/** The value of a key. */
export interface Entry {
  readonly value: string;
  /** Rises with every write of any key and survives expiry: the writer's fencing token. */
  readonly version: string;
  /** Milliseconds since the last write, by the store's own clock. */
  readonly ageMs: number;
}

/** Whether a write happens: whatever stands there, only if nothing does, or only over one version. */
export type PutCondition = 'always' | 'absent' | { readonly version: string };

/** The result of a write. A refused one answers with the entry that stands there. */
export type PutResult = { readonly written: Entry } | { readonly standing: Entry | undefined };

/** How an entry is written. */
export interface PutOptions {
  readonly ttlMs: number;
  readonly if: PutCondition;
  /** Whether the entry stands for work under way. A store that has to forget entries before their time keeps it. */
  readonly pending?: boolean;
}

/** The result of `advance`. */
export interface AdvanceResult {
  readonly admitted: boolean;
  /** How far the virtual clock is ahead of now, in milliseconds. */
  readonly aheadMs: number;
  /** 0 when admitted, otherwise how long until the same call would be. */
  readonly retryAfterMs: number;
}

/**
 * Shared state as six atomic operations, each one round trip. A store knows no policy. Entries expire by the store's
 * own clock. Any operation rejects when the store cannot be reached, and when a time is no number.
 */
export interface Store {
  /** The entry of a key; `undefined` where there is none, or it has expired. */
  get(key: string): Promise<Entry | undefined>;
  /** Writes a value, if the condition holds at that moment. */
  put(key: string, value: string, when: PutOptions): Promise<PutResult>;
  /** Whether something was deleted. */
  delete(key: string, when?: { version: string }): Promise<boolean>;
  /**
   * Moves the virtual clock of `key` forward by `byMs` unless that puts it more than `windowMs` ahead of now: the
   * generic cell rate algorithm in one step (ITU-T I.371, virtual scheduling).
   */
  advance(key: string, byMs: number, windowMs: number): Promise<AdvanceResult>;
  /**
   * Counts `by` in the sliding window of `key` unless the window would then hold more than its limit. A negative amount
   * is given back and always admitted.
   */
  count(key: string, by: number, window: SlidingWindow): Promise<CountResult>;
  /** Ends timers and connections of its own; those that it was given stay open. */
  close(): Promise<void>;
  /** Whether other processes may use the same state. Limits and circuits are shared with them then. Default false. */
  readonly shared?: boolean;
  /** Tells other processes, where the backend can. */
  readonly bus?: Bus;
}
