import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Makes one file of a program and of the sources of all workspaces that it imports, for specs that start it as a
 * process of its own: nothing needs to be built before. Returns the path of the file, which is the caller's to remove.
 */
export async function compileProcess(entry: URL): Promise<string> {
  const path = fileURLToPath(entry);
  const name = path.slice(ROOT.length).replaceAll(/[^a-z]+/gi, '-');
  const outfile = join(ROOT, 'node_modules', '.cache', 'breakwater', `${name}-${process.pid}.mjs`);
  const { build } = await import('esbuild');
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Finds the sources of workspaces by name; other packages stay where they are.
    tsconfig: join(ROOT, 'tsconfig.check.json'),
    packages: 'external',
  });
  return outfile;
}
