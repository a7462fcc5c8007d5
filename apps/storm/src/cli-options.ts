import { parseArgs } from 'node:util';
import { UsageError } from './usage-error.js';

export interface CliOptions {
  readonly help: boolean;
  /** Run this storm alone. */
  readonly storm?: string;
  /** Where the protected checkout keeps what its policies keep, as its `STORE_URL`. */
  readonly store?: string;
  /** Write the results here as JSON, beside the table. */
  readonly json?: string;
}

/** @throws UsageError */
export function parseCliOptions(args: readonly string[], stormNames: readonly string[]): CliOptions {
  const { help = false, storm, store, json } = parsed(args);
  if (storm !== undefined && !stormNames.includes(storm)) {
    throw new UsageError(`There is no storm '${storm}'. Storms: ${stormNames.join(', ')}.`);
  }
  if (store !== undefined && !/^(memory:$|sqlite:.|rediss?:\/\/.|postgres(ql)?:\/\/.)/.test(store)) {
    throw new UsageError('--store needs memory:, sqlite:FILE, redis://… or postgres://…');
  }
  if (json === '') throw new UsageError('--json needs the name of a file.');
  return {
    help,
    ...(storm !== undefined && { storm }),
    ...(store !== undefined && { store }),
    ...(json !== undefined && { json }),
  };
}

function parsed(args: readonly string[]): { help?: boolean; storm?: string; store?: string; json?: string } {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        storm: { type: 'string' },
        store: { type: 'string' },
        json: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
