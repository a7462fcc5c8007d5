import { watch } from 'node:fs';

/**
 * Tells of changes in a directory until the returned function is called. The directory, not its files: a file that is
 * replaced by a link of the same name is watched no longer. Where the file system cannot be watched nothing is told.
 */
export function watchDirectory(directory: string, changed: () => void): () => void {
  try {
    const watcher = watch(directory, { persistent: false }, () => changed());
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}
