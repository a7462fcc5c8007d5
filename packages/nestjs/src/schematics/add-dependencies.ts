import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SourceStyle } from './source-style.js';
import { write, type Workspace } from './workspace.js';

const MANIFEST = 'package.json';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/**
 * Adds what the settings need beside this package: `@nestjs/config` of the release that suits the application's Nest,
 * as 12 is ES modules only, which the Jest that Nest 11 sets up cannot load. Returns whether anything was missing.
 */
export function addDependencies(files: Workspace): boolean {
  const text = files.readText(MANIFEST);
  const manifest = JSON.parse(text) as Manifest;
  const standing = { ...manifest.devDependencies, ...manifest.dependencies };
  if (standing['@nestjs/config'] !== undefined) return false;
  const nest = majorOf(standing['@nestjs/core']) ?? majorOf(installedNest(files)) ?? 12;
  const dependencies = { ...manifest.dependencies, '@nestjs/config': nest < 12 ? '^4.0.0' : '^12.0.0' };
  manifest.dependencies = Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
  const written = `${JSON.stringify(manifest, null, indentOf(text))}\n`;
  write(files, MANIFEST, new SourceStyle(text).withNewlines(written));
  return true;
}

function majorOf(range: string | undefined): number | undefined {
  const digits = /\d+/.exec(range ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** For ranges that say nothing by themselves, such as `catalog:` and `latest`. */
function installedNest(files: Workspace): string | undefined {
  const path = 'node_modules/@nestjs/core/package.json';
  return files.exists(path) ? (JSON.parse(files.readText(path)) as { version: string }).version : undefined;
}

const LOCK_FILES = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
};

/** The package manager whose lock file stands there, or above, where the application is one package of a workspace. */
export function packageManagerOf(files: Workspace, folder = process.cwd()): string {
  const own = managerBy((file) => files.exists(file));
  if (own !== undefined) return own;
  for (let above = dirname(folder), at = folder; above !== at; at = above, above = dirname(above)) {
    const found = managerBy((file) => existsSync(join(above, file)));
    if (found !== undefined) return found;
  }
  return 'npm';
}

function managerBy(stands: (file: string) => boolean): string | undefined {
  return Object.entries(LOCK_FILES).find(([file]) => stands(file))?.[1];
}

function indentOf(json: string): string {
  return /^[ \t]+/m.exec(json)?.[0] ?? '  ';
}
