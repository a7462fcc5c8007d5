import { stat } from 'node:fs/promises';
import type { Duration } from '@breakwater/core';
import { settings } from '@breakwater/core/adapter';
import { readSourceOptions } from '../contract/read-source-options.js';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { SecretSource } from '../contract/secret-source.js';
import { readGeneration } from './read-generation.js';
import { watchDirectory } from './watch-directory.js';

/** The directory in which secrets are mounted, and how often it is read anew. */
export interface FileSecretsOptions {
  /** Where the files are mounted, one for each secret, named like it; a name may have folders in it. */
  directory: string;
  /**
   * How often the files are read anew, beside the watch of their directory, which some file systems do not tell of
   * changes. Default `'30s'`.
   */
  refresh?: Duration;
}

const schema = settings.options({
  directory: settings.text('the path of a directory'),
  refresh: settings.optional(settings.duration({ min: 1000 }), 30_000),
});

/**
 * Secrets in mounted files, such as those of Kubernetes, Docker and the Vault agent. All that belong together are read
 * from one generation of the directory, so that a user name never meets the password of another. One line break at the
 * end of a file is not part of the secret. Throws a `ResilienceConfigurationError` for options that cannot be used.
 *
 * Source for the links of a mounted volume: Kubernetes, `pkg/volume/util/atomic_writer.go`.
 */
export function fileSecrets(given: FileSecretsOptions): SecretSource {
  const { directory, refresh } = readSourceOptions(schema, given, 'fileSecrets');
  let stopWatching: (() => void) | undefined;
  const getAll = (names: readonly string[]) => readGeneration(directory, names);
  return {
    name: 'files',
    refresh,
    getAll,
    get: async (name) => (await getAll([name])).get(name),
    async open({ changed }) {
      if (!(await isDirectory(directory))) throw new SecretSourceError('files', `${directory} is no directory`);
      stopWatching?.();
      stopWatching = watchDirectory(directory, changed);
    },
    close() {
      stopWatching?.();
      stopWatching = undefined;
    },
  };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
