// Walks a newcomer's path: applications as the CLI generates them, on Nest 11 (CommonJS, Jest) and Nest 12 (ES modules
// with Vitest, CommonJS with Jest); the packed files by the install lines of the README; a decorated client. They have
// to build, and the generated tests have to stay green. Usage: test-templates.mjs [nest-11] [nest-12-esm] [nest-12-cjs]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = mkdtempSync(join(tmpdir(), 'breakwater-templates-'));
const templates = { 'nest-11': generateWithCli, 'nest-12-esm': generate('esm'), 'nest-12-cjs': generate('cjs') };
const asked = process.argv.slice(2);

try {
  const packed = pack();
  for (const [name, make] of Object.entries(templates)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    if (name === 'nest-12-cjs' && !loadsEsmInJest()) {
      process.stdout.write(
        `${name}: skipped, as its Jest loads Nest 12 on Node 24.9 and later only (${process.version})\n`,
      );
      continue;
    }
    const folder = join(scratch, name);
    await make(folder);
    addClient(folder);
    install(folder, packed, name.startsWith('nest-11') ? 'Nest 11' : 'Nest 12');
    for (const script of ['build', 'test', 'test:e2e']) run('npm', ['run', '--silent', script], folder);
    process.stdout.write(`${name}: builds, and its generated tests pass (${process.version})\n`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** Nest 12 is ES modules alone, which Jest cannot load from CommonJS before. */
function loadsEsmInJest() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 9);
}

/** The files to publish, by the name of their package. */
function pack() {
  const folders = readdirSync(join(root, 'packages'));
  return Object.fromEntries(
    folders.map((folder) => {
      const path = join(root, 'packages', folder);
      const { stdout } = run('npm', ['pack', path, '--pack-destination', scratch, '--json', '--loglevel=error'], root);
      const [{ filename }] = Object.values(JSON.parse(stdout));
      return [`@breakwater/${folder}`, join(scratch, filename)];
    }),
  );
}

function generateWithCli(folder) {
  const options = ['--skip-install', '--skip-git', '--package-manager', 'npm', '--language', 'ts'];
  run('npx', ['--yes', '@nestjs/cli@11', 'new', basename(folder), ...options], scratch);
}

/** As the CLI of the workspace does it, which asks in a terminal which kind of modules is wanted. */
function generate(type) {
  return async (folder) => {
    const { NodeWorkflow } = await import('@angular-devkit/schematics/tools/index.js');
    mkdirSync(folder);
    const workflow = new NodeWorkflow(folder, { resolvePaths: [root] });
    const common = { name: 'app', directory: '.', version: '0.0.1', language: 'ts', packageManager: 'npm' };
    const options = { ...common, type, strict: true, spec: true, specFileSuffix: 'spec' };
    await new Promise((complete, error) =>
      workflow
        .execute({ collection: '@nestjs/schematics', schematic: 'application', options, allowPrivate: true })
        .subscribe({ complete, error }),
    );
  };
}

/** A client of a provider with the decorators of the README, used by the generated service's module. */
function addClient(folder) {
  cpSync(join(root, 'scripts', 'templates', 'payments.client.ts'), join(folder, 'src', 'payments.client.ts'));
  const path = join(folder, 'src', 'app.module.ts');
  const module = readFileSync(path, 'utf8');
  const suffix = module.includes("'./app.service.js'") ? '.js' : '';
  const changed = module
    .replace(
      /^/,
      `import { ResilienceModule } from '@breakwater/nestjs';\nimport { PaymentsClient, settings } from './payments.client${suffix}';\n`,
    )
    .replace('imports: []', 'imports: [ResilienceModule.forRoot(settings)]')
    .replace('providers: [AppService]', 'providers: [AppService, PaymentsClient]');
  writeFileSync(path, changed);
}

/** By the line of the README for this version of Nest, with the packed files in place of what is published. */
function install(folder, packed, nest) {
  const readme = readFileSync(join(root, 'packages', 'nestjs', 'README.md'), 'utf8');
  const line = readme
    .split('\n')
    .find((each) => each.startsWith('npm install @breakwater/nestjs') && each.endsWith(nest));
  if (line === undefined) throw new Error(`packages/nestjs/README.md has no install line for ${nest}`);
  const wanted = line.split('#')[0].trim().split(/\s+/).slice(2);
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  // Neither the build nor the tests need the linters, which are half of what is installed.
  const isNeeded = (name) => !/eslint|prettier|globals|oxlint|oxfmt/.test(name);
  manifest.devDependencies = Object.fromEntries(
    Object.entries(manifest.devDependencies).filter(([name]) => isNeeded(name)),
  );
  writeFileSync(path, JSON.stringify(manifest, null, 2));
  const files = wanted.map((name) => packed[name] ?? name);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...files], folder);
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  if (result.status === 0) return result;
  process.stdout.write(`${result.stdout}\n${result.stderr}\n`);
  throw new Error(`${command} ${args.join(' ')} ended with ${result.status} in ${cwd}`);
}
