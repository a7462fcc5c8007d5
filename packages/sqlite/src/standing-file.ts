import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '@breakwater/core';
import { IN_MEMORY } from './sqlite-connection.js';

/** How long the last look is believed, in milliseconds. */
const LOOK_AGAIN_MS = 1000;

/** Tells a file from one that has taken its place. */
interface Identity {
  readonly inode: string;
  readonly madeAt: string;
}

/**
 * Notices that an open file was removed, moved or replaced. SQLite goes on with the one that it has open, which no
 * process that starts later shares: a key would be won once in each.
 */
export class StandingFile {
  private readonly path: string | undefined;
  private readonly opened: Identity | undefined;
  private lookAt: number;
  private gone = false;

  /** `file` has just been opened. */
  constructor(
    file: string,
    private readonly clock: Clock,
  ) {
    this.path = file === IN_MEMORY ? undefined : resolve(file);
    this.opened = this.look();
    this.lookAt = clock.now() + LOOK_AGAIN_MS;
  }

  /** Whether it is gone, as far as a look within the last second tells. One that is gone once stays so. */
  get isGone(): boolean {
    if (this.gone || this.opened === undefined) return this.gone;
    const now = this.clock.now();
    if (now < this.lookAt) return false;
    this.lookAt = now + LOOK_AGAIN_MS;
    this.gone = isOther(this.opened, this.look());
    return this.gone;
  }

  /** The same by a look of now. */
  get isGoneNow(): boolean {
    this.lookAt = -Infinity;
    return this.isGone;
  }

  private look(): Identity | undefined {
    if (this.path === undefined) return undefined;
    try {
      const found = statSync(this.path, { bigint: true, throwIfNoEntry: false });
      return found && { inode: String(found.ino), madeAt: String(found.birthtimeNs) };
    } catch {
      // A directory that cannot be looked into says nothing about the file.
      return this.opened;
    }
  }
}

/** By the times at which they were made, too: some file systems give a file another number now and then. */
function isOther(opened: Identity, standing: Identity | undefined): boolean {
  return standing === undefined || (opened.inode !== standing.inode && opened.madeAt !== standing.madeAt);
}
