import { existsSync } from 'node:fs';
import Libsql from 'libsql/promise';

/** How many transactions there are between two checkpoints. */
const TRANSACTIONS = 250;

/** The pages of a log from which on SQLite brings it to the file itself, in the middle of a commit: 32 MiB. */
export const LONGEST_LOG_PAGES = 8000;

/**
 * Brings what was written to a file in WAL mode from the log to the file itself, on a thread of libsql's. SQLite does
 * so in the middle of a commit, and the whole process waits for the disk: a fifth of the time of one that writes all
 * the time, in pauses of several milliseconds.
 */
export class BackgroundCheckpoints {
  private db: Libsql | undefined;
  private transactions = 0;
  private checkpoint: Promise<unknown> | undefined;
  private closed = false;

  constructor(private readonly file: string) {}

  /** Counts a transaction. */
  committed(): void {
    if (++this.transactions < TRANSACTIONS || this.checkpoint !== undefined || this.closed) return;
    this.transactions = 0;
    this.checkpoint = this.run().finally(() => (this.checkpoint = undefined));
  }

  /** Resolves once none is under way, and begins no other. */
  async close(): Promise<void> {
    this.closed = true;
    await this.checkpoint;
    this.db?.close();
    this.db = undefined;
  }

  private async run(): Promise<void> {
    try {
      // One that was removed would be made anew, and taken for the one that is open.
      if (this.db === undefined && !existsSync(this.file)) return;
      this.db ??= new Libsql(this.file, {});
      await this.db.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // Another process is at it, or the disk is full: the log grows until SQLite does it by itself and says why not.
    }
  }
}
