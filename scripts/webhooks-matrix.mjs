// Runs the rows of packages/nestjs/test/webhooks, which Jest runs on the Nest of this workspace, on another release of
// Nest: from the packed files, in an application of their own, on Express and Fastify. Usage: webhooks-matrix.mjs [11]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nest = process.argv[2] ?? '11';
// Nest 12 is ES modules alone.
const format = Number(nest) < 12 ? 'cjs' : 'esm';
const scratch = mkdtempSync(join(tmpdir(), 'breakwater-webhooks-'));

const RUNNER = `
  import { platforms } from './webhook-app.fixture.js';
  import { rows } from './rows/index.js';

  async function run() {
    let failed = 0;
    for (const platform of platforms) {
      for (const row of rows) {
        const name = platform + ' ' + row.id + ': ' + row.sentence;
        const failure = await row.run(platform).then(() => undefined, (error) => error);
        process.stdout.write((failure === undefined ? 'ok     ' : 'not ok ') + name + '\\n');
        if (failure === undefined) continue;
        failed++;
        process.stdout.write(String(failure.stack ?? failure) + '\\n');
      }
    }
    process.stdout.write(failed + ' of ' + rows.length * platforms.length + ' rows fail\\n');
    process.exit(failed === 0 ? 0 : 1);
  }
  void run();
`;

try {
  const byName = Object.fromEntries(['core', 'webhooks', 'nestjs'].map((name) => [`@breakwater/${name}`, pack(name)]));
  const dependencies = {
    ...byName,
    '@nestjs/common': `^${nest}`,
    '@nestjs/config': Number(nest) < 12 ? '^4' : '^12',
    '@nestjs/core': `^${nest}`,
    '@nestjs/platform-express': `^${nest}`,
    '@nestjs/platform-fastify': `^${nest}`,
    'reflect-metadata': '^0.2',
    rxjs: '^7',
  };
  const manifest = { name: 'webhooks-matrix', private: true, dependencies, overrides: byName };
  writeFileSync(join(scratch, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], scratch);
  const outfile = join(scratch, format === 'cjs' ? 'rows.cjs' : 'rows.mjs');
  await build({
    stdin: { contents: RUNNER, resolveDir: join(root, 'packages/nestjs/test/webhooks'), loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format,
    packages: 'external',
    target: 'node20',
    logLevel: 'warning',
  });
  run(process.execPath, [outfile], scratch);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function pack(name) {
  const folder = join(root, 'packages', name);
  const { stdout } = spawnSync('npm', ['pack', folder, '--pack-destination', scratch, '--json', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const packed = JSON.parse(stdout);
  const { filename } = Array.isArray(packed) ? packed[0] : Object.values(packed)[0];
  return `file:${join(scratch, filename)}`;
}

function run(command, args, cwd) {
  process.stdout.write(`> ${command} ${args.join(' ')}\n`);
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
}
