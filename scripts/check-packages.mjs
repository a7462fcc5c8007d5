// Checks what would be published: exports and types of every package, and that a Nest application can use the packed
// files, as CommonJS on Nest 11 and as ES modules on Nest 12.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const packages = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name));
const scratch = mkdtempSync(join(tmpdir(), 'breakwater-packages-'));

try {
  const tarballs = packages.map(pack);
  for (const folder of packages) run('npx', ['--no-install', 'publint', '--strict', folder]);
  for (const tarball of tarballs) run('npx', ['--no-install', 'attw', tarball, '--no-emoji', '--format', 'ascii']);
  use('nest-11-cjs', 'cjs', { nest: '^11', axios: '^4', config: '^4', terminus: '^11' }, tarballs);
  use('nest-12-esm', 'mjs', { nest: '^12', axios: '^12', config: '^12', terminus: '^12' }, tarballs);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pack(folder) {
  const { stdout } = run('npm', ['pack', folder, '--pack-destination', scratch, '--json', '--loglevel=error'], {
    capture: true,
  });
  const packed = JSON.parse(stdout);
  const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  return join(scratch, filename);
}

/**
 * Installs the tarballs into an application of their own, runs `scripts/smoke/app.EXTENSION` in it, and loads every
 * entry without and with the optional peers.
 */
function use(name, extension, versions, tarballs) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  const byName = Object.fromEntries(packages.map((path, i) => [manifest(path).name, `file:${tarballs[i]}`]));
  const dependencies = {
    ...byName,
    '@nestjs/axios': versions.axios,
    '@nestjs/common': versions.nest,
    '@nestjs/config': versions.config,
    '@nestjs/core': versions.nest,
    '@nestjs/platform-express': versions.nest,
    '@nestjs/platform-fastify': versions.nest,
    axios: '^1',
    'reflect-metadata': '^0.2',
    rxjs: '^7',
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, private: true, dependencies, overrides: byName }));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder });
  cpSync(join(root, 'scripts', 'smoke'), folder, { recursive: true });
  run(process.execPath, [`app.${extension}`], { cwd: folder });
  run(process.execPath, [`entries-app.${extension}`, '--without-peers'], { cwd: folder });
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...optionalPeers(versions)], { cwd: folder });
  run(process.execPath, [`entries-app.${extension}`], { cwd: folder });
}

/** The optional peers of all packages, in the ranges that they take. */
function optionalPeers({ terminus, axios }) {
  const fitting = { '@nestjs/terminus': terminus, '@nestjs/axios': axios };
  const peers = packages
    .map(manifest)
    .flatMap(({ peerDependencies = {}, peerDependenciesMeta = {} }) =>
      Object.keys(peerDependenciesMeta).map((name) => [name, fitting[name] ?? peerDependencies[name]]),
    );
  // The compiler is for `nest add` alone.
  return [...new Map(peers)].filter(([name]) => name !== 'typescript').map(([name, range]) => `${name}@${range}`);
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function run(command, args, { cwd = root, capture = false } = {}) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
  });
  if (result.status === 0) return result;
  if (capture) process.stdout.write(result.stdout);
  throw new Error(`${command} ended with ${result.status}`);
}
