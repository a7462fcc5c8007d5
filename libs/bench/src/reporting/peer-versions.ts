import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BenchCase } from '../bench-case.js';

/**
 * The installed versions of the packages that the cases measure, by name. Packages that are not installed are left out.
 */
export function peerVersions(cases: readonly BenchCase[]): Readonly<Record<string, string>> {
  const versions: Record<string, string> = {};
  for (const { peer, needs } of cases) {
    if (peer === undefined || peer in versions) continue;
    const version = versionOf(peer, needs ? join(needs.folder, 'package.json') : import.meta.url);
    if (version !== undefined) versions[peer] = version;
  }
  return versions;
}

/** Reads the package's own file, as few packages export it. */
function versionOf(name: string, from: string): string | undefined {
  const file = createRequire(from)
    .resolve.paths(name)
    ?.map((folder) => join(folder, name, 'package.json'))
    .find((path) => existsSync(path));
  if (file === undefined) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
