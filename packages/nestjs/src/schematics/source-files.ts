import { posix } from 'node:path';
import { extensionOf } from './source-text.js';
import type { Workspace } from './workspace.js';

const CLI_SETTINGS = 'nest-cli.json';

interface CliProject {
  readonly sourceRoot?: string;
  readonly entryFile?: string;
}

/** The file that starts the application, without its extension: `main`, unless Nest's CLI is told another. */
export function entryFileOf(files: Workspace, sourceRoot: string): string {
  if (!files.exists(CLI_SETTINGS)) return 'main';
  const root = JSON.parse(files.readText(CLI_SETTINGS)) as CliProject & { projects?: Record<string, CliProject> };
  const own = Object.values(root.projects ?? {}).find((project) => project.sourceRoot === sourceRoot);
  return own?.entryFile ?? (root.sourceRoot === sourceRoot ? root.entryFile : undefined) ?? 'main';
}

/**
 * The file that an import in the main file means: relative to that, or, as `baseUrl` and aliases such as `@/app.module`
 * have it, from the root or within the sources. `undefined` where there is none.
 */
export function moduleFile(
  files: Workspace,
  { mainPath, sourceRoot, from }: { mainPath: string; sourceRoot: string; from: string },
): string | undefined {
  const path = from.slice(0, from.length - extensionOf(from).length);
  const candidates = path.startsWith('.')
    ? [posix.join(posix.dirname(mainPath), path)]
    : [path, posix.join(sourceRoot, path), posix.join(sourceRoot, path.replace(/^(?:[@~#][^/]*\/|[@~#])/, ''))];
  return candidates.map((candidate) => `${candidate}.ts`).find((file) => files.exists(file));
}
