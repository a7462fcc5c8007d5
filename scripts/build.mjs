// Builds the dashboard's page, compiles everything by project references, and bundles the packages as ES modules and as
// CommonJS.
// --esm-only leaves the latter out: the apps do not need them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

await import('./build-page.mjs');
const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
for (const name of readdirSync(join(root, 'packages'))) {
  const folder = join(root, 'packages', name);
  if (existsSync(join(folder, 'package.json'))) await bundle(folder, { cjs: !process.argv.includes('--esm-only') });
}
