// Compiles everything: ES modules and declarations by project references, then the packages' CommonJS halves.
// --esm-only leaves the latter out: the apps do not need them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

compile('-b');
if (!process.argv.includes('--esm-only')) {
  const packages = readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'tsconfig.cjs.json')));
  // Declarations first: the packages find each other's by them, whichever is compiled first.
  for (const folder of packages) declare(join(folder, 'dist'));
  for (const folder of packages) compile('-p', join(folder, 'tsconfig.cjs.json'));
}

/** The declarations of both halves are the same; only the nearest package.json tells how they are meant. */
function declare(dist) {
  mkdirSync(join(dist, 'cjs'), { recursive: true });
  writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  for (const file of readdirSync(join(dist, 'esm'), { recursive: true })) {
    if (file.endsWith('.d.ts')) cpSync(join(dist, 'esm', file), join(dist, 'cjs', file));
  }
}

function compile(...args) {
  const { status } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
