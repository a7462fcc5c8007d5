// Tries the engine with the real clients of third parties: installs them apart (once), then runs every client through
// every failure and compares with the table in packages/core/README.md. Arguments name the clients to try; without any,
// all of them, and the examples of docs/sdks.md.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const folder = join(root, 'node_modules', '.cache', 'clients');
const marker = join(folder, '.installed');

mkdirSync(folder, { recursive: true });
install();
// The clients are imported from where they are installed.
for (const name of readdirSync(here)) if (name !== 'main.mjs') copyFileSync(join(here, name), join(folder, name));
run('matrix.mjs', process.argv.slice(2));
if (process.argv.length === 2) run('examples.mjs', []);

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(here, 'package.json')))
    .digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  process.stderr.write('Installing the clients (once) …\n');
  copyFileSync(join(here, 'package.json'), join(folder, 'package.json'));
  execute('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--no-package-lock', '--ignore-scripts']);
  writeFileSync(marker, wanted);
}

function run(script, args) {
  execute(process.execPath, ['--no-warnings', join(folder, script), root, ...args]);
}

function execute(command, args) {
  const shell = process.platform === 'win32';
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit', shell });
  if (status !== 0) process.exit(1);
}
