// Installs what the project needs when it is missing or outdated, and with --build compiles it. Needs Node and npm
// only.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const marker = join(root, 'node_modules', '.breakwater-setup');

requireNode();
if (installed() !== wanted()) install();
if (process.argv.includes('--build')) run(process.execPath, [join(root, 'scripts', 'build.mjs'), '--esm-only']);

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  if (!fits)
    fail(`Node ${process.versions.node} is not supported: expected 20.19 or later, 22.12 or later, or 24 and up`);
}

/** The lock file says all that is to be installed; the ABI, for which Node. */
function wanted() {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(`node ${process.versions.modules}\n`).update(lock).digest('hex');
}

function installed() {
  return existsSync(marker) ? readFileSync(marker, 'utf8') : undefined;
}

function install() {
  process.stderr.write('Installing dependencies (once) …\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(marker, wanted());
}

function run(command, args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) fail(`${command} ${args.join(' ')} failed`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
