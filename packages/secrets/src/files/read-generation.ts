import { open, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, normalize, sep } from 'node:path';
import { SecretSourceError } from '../contract/secret-source.error.js';
import type { SecretVersion } from '../contract/secret-source.js';

/** The link that a mounted volume's files lead through: it is replaced as a whole. */
const DATA = '..data';
/** The largest file that is read: Kubernetes' own limit of a secret. */
const MOST_BYTES = 1024 * 1024;
/** How often the generation may be replaced while it is read. */
const MOST_TRIES = 20;

/** These files as of one moment; those that are not there are left out. Throws a `SecretSourceError`. */
export async function readGeneration(
  directory: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, SecretVersion>> {
  for (let tries = 1; ; tries++) {
    const generation = await generationOf(directory);
    const found = await Promise.all(names.map(async (name) => [name, await readSecret(generation, name)] as const));
    const isWhole = found.every(([, secret]) => secret !== undefined);
    // A file that is not there may have gone with its generation: then the next one decides.
    if (isWhole || (await generationOf(directory)).path === generation.path)
      return new Map(found.filter((entry): entry is [string, SecretVersion] => entry[1] !== undefined));
    if (tries === MOST_TRIES) throw new SecretSourceError('files', `${directory} is replaced faster than it is read`);
  }
}

interface Generation {
  readonly path: string;
  /** Whether all of its files are replaced at once. */
  readonly isWhole: boolean;
}

async function generationOf(directory: string): Promise<Generation> {
  try {
    return { path: await realpath(join(directory, DATA)), isWhole: true };
  } catch (error) {
    if (!isMissing(error)) throw unreadable(directory, error);
  }
  try {
    return { path: await realpath(directory), isWhole: false };
  } catch (error) {
    throw unreadable(directory, error);
  }
}

async function readSecret({ path, isWhole }: Generation, name: string): Promise<SecretVersion | undefined> {
  const relative = normalize(name);
  if (isAbsolute(relative) || relative.split(sep).includes('..') || relative === '.') return undefined;
  try {
    const file = await open(join(path, relative));
    try {
      const { size, mtimeMs, isFile } = await statOf(file);
      if (!isFile) return undefined;
      if (size > MOST_BYTES)
        throw new SecretSourceError('files', `a file in ${path} has more than ${MOST_BYTES} bytes`);
      const value = (await file.readFile('utf8')).replace(/\r?\n$/, '');
      if (value === '') return undefined;
      // Within one generation nothing changes, so its name is the version. Other files are told by their last change.
      return { value, version: isWhole ? basename(path) : `${mtimeMs}-${size}`, since: mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SecretSourceError) throw error;
    if (isMissing(error)) return undefined;
    throw unreadable(`a file in ${path}`, error);
  }
}

async function statOf(file: Awaited<ReturnType<typeof open>>) {
  const stats = await file.stat();
  return { size: stats.size, mtimeMs: Math.round(stats.mtimeMs), isFile: stats.isFile() };
}

function isMissing(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unreadable(what: string, error: unknown): SecretSourceError {
  const { code } = error as { code?: unknown };
  return new SecretSourceError('files', `${what} cannot be read (${typeof code === 'string' ? code : 'unknown'})`);
}
