import type { Clock } from '@breakwater/core';
import { BackgroundCheckpoints, LONGEST_LOG_PAGES } from './background-checkpoints.js';
import { BackgroundReads } from './background-reads.js';
import { openFile, type OwnConnection, type SqliteFile } from './open-file.js';
import { IN_MEMORY } from './sqlite-connection.js';
import { StandingFile } from './standing-file.js';

/** A file that this process has open by a connection of its own, which is told of each commit and closed in the end. */
export class OwnFile {
  readonly db: OwnConnection;
  readonly standing: StandingFile;
  private readonly checkpoints: BackgroundCheckpoints | undefined;
  private reads: BackgroundReads | undefined;

  /** Opens the file as `openFile` does. */
  constructor(
    private readonly opened: SqliteFile,
    clock: Clock,
  ) {
    this.db = openFile(opened);
    this.standing = new StandingFile(opened.file, clock);
    if (opened.file === IN_MEMORY) return;
    this.db.exec(`PRAGMA wal_autocheckpoint = ${LONGEST_LOG_PAGES}`);
    this.checkpoints = new BackgroundCheckpoints(opened.file);
  }

  /** A transaction has been committed. */
  committed(): void {
    this.checkpoints?.committed();
  }

  /**
   * The rows of a query that may take long, read on another thread; `undefined` where no other connection sees what
   * this one does: in memory, and in a file that has gone.
   */
  readAside(sql: string, values: unknown[]): Promise<unknown[]> | undefined {
    const { file } = this.opened;
    if (this.reads === undefined) {
      if (file === IN_MEMORY || this.standing.isGoneNow) return undefined;
      this.reads = new BackgroundReads(file);
    }
    return this.reads.all(sql, values);
  }

  /** Brings everything to the file itself, unless another process is at work, and closes the connection. */
  async close(): Promise<void> {
    await this.checkpoints?.close();
    await this.reads?.close();
    try {
      this.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // Another process is at work: the log stays, and the next process to open the file reads it.
    }
    this.db.close();
  }
}
