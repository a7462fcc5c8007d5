import type { EventLevel } from '../events/event-hub.js';

/**
 * An injectable that has a `Contribution` by this key adds to what snapshots, telemetry and the dashboard show. The
 * same symbol for every copy of this package, so that nothing needs to import what contributes.
 */
export const CONTRIBUTION: unique symbol = Symbol.for('breakwater.contribution');

/** Shows another part of an application, such as its queues of jobs, and lets an operator act on it. */
export interface Contribution {
  /** The queues of jobs that it has. Read about once a second while a page is open: from memory, not from a server. */
  queues?(): readonly QueueSnapshot[];
  /** Lets an operator pause a queue. Its name is one of `queues`. */
  pauseQueue?(queue: string): Promise<void>;
  resumeQueue?(queue: string): Promise<void>;
  /** How much the events matter that it emits, by type; `info` for others. */
  readonly eventLevels?: Readonly<Record<string, EventLevel>>;
  /** Sends a dead letter back to work. */
  replayDeadLetter?(queue: string, id: string): Promise<void>;
}

/** A queue of jobs as dashboards see it. Plain JSON, never a payload, a key or a secret. */
export interface QueueSnapshot {
  readonly name: string;
  readonly paused: boolean;
  /** Jobs that are due, that wait for their time, and that are being worked on. */
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  /** Since the process began. */
  readonly completed: number;
  readonly failed: number;
  /** Jobs that are kept because no further attempt is made, and the latest of them. */
  readonly dead: number;
  readonly deadLetters?: readonly DeadLetterSnapshot[];
  /** Why this process begins no job for now, such as `circuit-open`, besides a pause. */
  readonly held?: string | undefined;
}

export interface DeadLetterSnapshot {
  readonly id: string;
  /** The job's name, such as `order.created`. */
  readonly job: string;
  /** The name of its last error. */
  readonly reason: string;
  /** When it died, in epoch milliseconds. */
  readonly at: number;
}
