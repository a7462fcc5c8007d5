import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './generate.mjs';
import { root } from './pack.mjs';
import { run } from './run.mjs';

const FILES = join(root, 'scripts', 'compat', 'files');
const NEST_ADD = ['nest', 'add', '@breakwater/nestjs', '--skip-install', '--provider=payments', '--webhook=stripe'];
const INSTALL = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'],
  pnpm: ['npx', '--yes', 'pnpm@10', 'install', '--prefer-offline', '--no-frozen-lockfile', '--reporter=silent'],
};

/** An application as a newcomer has it after the README's first page. */
export async function makeApplication({ template, manager, platform }, { scratch, packed }) {
  const folder = join(scratch, `${template}-${manager}-${platform}`);
  await generate(template, folder);
  const more = { ...ofNest(template, 'terminus'), ...(platform === 'fastify' && ofNest(template, 'platform-fastify')) };
  depend(folder, { ...dependenciesOf(template, packed), ...more });
  override(folder, packed);
  if (platform === 'fastify') useFastify(folder);
  install(folder, manager);
  nestAdd(folder);
  install(folder, manager);
  addSources(folder);
  return {
    folder,
    terminus: installedVersion(folder, '@nestjs/terminus'),
    build: ({ env }) => run('npm', ['run', '--silent', 'build'], folder, env),
    test: ({ env }) => ['test', 'test:e2e'].map((script) => run('npm', ['run', '--silent', script], folder, env)),
  };
}

/** `nest add` in a workspace of several applications changes the one that it is told of. */
export async function tryMonorepo(template, { scratch, packed }) {
  const folder = join(scratch, `${template}-monorepo`);
  await generate(template, folder);
  depend(folder, dependenciesOf(template, packed));
  override(folder, packed);
  install(folder, 'npm');
  run('npx', ['--no-install', 'nest', 'generate', 'app', 'admin'], folder);
  nestAdd(folder, '--project=admin');
  install(folder, 'npm');
  // By default the CLI of Nest 12 bundles workspaces with rspack, which it does not bring.
  run('npx', ['--no-install', 'nest', 'build', 'admin', '--builder', 'tsc'], folder);
  if (!existsSync(join(folder, 'apps', 'admin', 'src', 'resilience.config.ts')))
    throw new Error(`${template}: nest add --project admin wrote no settings there`);
  process.stdout.write(`${template}, monorepo: nest add changes the application that it is told of, which builds\n`);
}

/** Twice: the second time changes nothing. */
function nestAdd(folder, ...options) {
  run('npx', ['--no-install', ...NEST_ADD, ...options], folder);
  const before = snapshot(folder);
  run('npx', ['--no-install', ...NEST_ADD, ...options], folder);
  if (snapshot(folder) !== before) throw new Error('nest add changes an application that has everything already');
}

function snapshot(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && !entry.parentPath.includes('node_modules') && entry.name !== 'package-lock.json',
    )
    .map((entry) => join(entry.parentPath, entry.name));
  return files.map((file) => `${file}\n${readFileSync(file, 'utf8')}`).join('\n');
}

function install(folder, manager) {
  const [command, ...args] = INSTALL[manager];
  run(command, args, folder);
}

/** By the line of the README for this release of Nest, with the packed files in place of what is published. */
function dependenciesOf(template, packed) {
  const nest = template.startsWith('nest-11') ? 'Nest 11' : 'Nest 12';
  const readme = readFileSync(join(root, 'packages', 'nestjs', 'README.md'), 'utf8').split('\n');
  const line = readme.find((each) => each.startsWith('npm install @breakwater/nestjs') && each.endsWith(nest));
  if (line === undefined) throw new Error(`packages/nestjs/README.md has no install line for ${nest}`);
  const wanted = line.split('#')[0].trim().split(/\s+/).slice(2);
  // `nest add` is what brings @nestjs/config.
  const own = wanted.filter((name) => !name.startsWith('@nestjs/config'));
  return Object.fromEntries(own.map((name) => (packed[name] ? [name, `file:${packed[name]}`] : versioned(name))));
}

function versioned(name) {
  const at = name.lastIndexOf('@');
  return at > 0 ? [name.slice(0, at), `^${name.slice(at + 1)}`] : [name, '*'];
}

function ofNest(template, name) {
  return { [`@nestjs/${name}`]: template.startsWith('nest-11') ? '^11' : '^12' };
}

function installedVersion(folder, name) {
  return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function depend(folder, dependencies) {
  change(join(folder, 'package.json'), (text) => {
    const manifest = JSON.parse(text);
    manifest.dependencies = { ...manifest.dependencies, ...dependencies };
    // Neither the build nor the tests need the linters, which are half of what is installed.
    const isNeeded = ([name]) => !/eslint|prettier|globals|oxlint|oxfmt|@nestjs\/mau/.test(name);
    manifest.devDependencies = Object.fromEntries(Object.entries(manifest.devDependencies).filter(isNeeded));
    return JSON.stringify(manifest, null, 2);
  });
}

/** The packages name each other by version, which npm and pnpm would look for in the registry. */
function override(folder, packed) {
  const files = Object.entries(packed).map(([name, file]) => [name, `file:${file}`]);
  change(join(folder, 'package.json'), (text) =>
    JSON.stringify({ ...JSON.parse(text), overrides: Object.fromEntries(files) }, null, 2),
  );
  const lines = files.map(([name, file]) => `  '${name}': '${file}'\n`);
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), `overrides:\n${lines.join('')}`);
}

function useFastify(folder) {
  change(join(folder, 'src', 'main.ts'), (text) =>
    text
      .replace(/^/, `import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';\n`)
      .replace('create(AppModule', 'create<NestFastifyApplication>(AppModule, new FastifyAdapter()'),
  );
}

/** The client, its test, its controller and a health check. */
function addSources(folder) {
  const modulePath = join(folder, 'src', 'app.module.ts');
  const suffix = readFileSync(modulePath, 'utf8').includes("'./app.service.js'") ? '.js' : '';
  for (const name of readdirSync(FILES)) {
    const path = join(folder, 'src', name);
    cpSync(join(FILES, name), path);
    change(path, (text) => text.replaceAll(/'(\.\/[^']+)'/g, `'$1${suffix}'`));
  }
  change(modulePath, (text) =>
    text
      .replace(
        /^/,
        [
          `import { ResilienceHealthIndicator } from '@breakwater/nestjs/health';`,
          `import { TerminusModule } from '@nestjs/terminus';`,
          `import { HealthController } from './health.controller${suffix}';`,
          `import { PaymentsClient } from './payments.client${suffix}';`,
          `import { PaymentsController } from './payments.controller${suffix}';\n`,
        ].join('\n'),
      )
      .replace('imports: [', 'imports: [TerminusModule, ')
      .replace('controllers: [', 'controllers: [HealthController, PaymentsController, ')
      .replace('providers: [', 'providers: [PaymentsClient, ResilienceHealthIndicator, '),
  );
}

function change(path, edit) {
  writeFileSync(path, edit(readFileSync(path, 'utf8')));
}
