// Compares what every package offers with its reviewed report, packages/NAME/NAME.api.md; needs a build.
// --write rewrites the reports instead. Each shows the declarations that users can reach, without their documentation.
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const scratch = join(root, '.cache', 'api');
const write = process.argv.includes('--write');

rmSync(scratch, { recursive: true, force: true });
const entries = readdirSync(join(root, 'packages')).flatMap((name) => entriesOf(join(root, 'packages', name)));
for (const entry of entries) {
  mkdirSync(dirname(entry.current), { recursive: true });
  writeFileSync(entry.current, readable(extract(entry), entry.name));
}
if (write) writeReports();
else compareReports();

/** The entries that a package's exports name, the main one first. */
function entriesOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => target.import?.types !== undefined)
    .map(([path, target]) => {
      const report = `${[basename(folder), ...path.split('/').slice(1)].join('.')}.api.md`;
      return {
        name: join(name, path),
        main: path === '.',
        folder,
        declarations: join(folder, target.import.types),
        reviewed: join(folder, report),
        current: join(scratch, 'packages', basename(folder), report),
      };
    });
}

/** The report as API Extractor writes it. */
function extract({ name, main, folder, declarations }) {
  if (!existsSync(declarations)) fail(`${relative(root, declarations)} is missing: build first, with npm run build`);
  const reportFolder = join(scratch, 'raw');
  mkdirSync(reportFolder, { recursive: true });
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'));
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(folder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: declarations,
      compiler: { overrideTsconfig: { compilerOptions, files: [declarations] } },
      newlineKind: 'lf',
      // Names that a further entry uses without exporting them are mostly the main entry's.
      apiReport: {
        enabled: true,
        reportFolder,
        reportTempFolder: reportFolder,
        reportFileName: 'raw',
        includeForgottenExports: main,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // Everything is public unless tagged otherwise, and documentation is reviewed with the code.
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const problems = [];
  Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true;
      if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithLocation(folder));
    },
  });
  if (problems.length > 0) fail(`${name} cannot be read:\n${problems.join('\n')}`);
  return readFileSync(join(reportFolder, 'raw.api.md'), 'utf8');
}

/** Leaves out what says nothing: that something is public or undocumented, and what nothing shown needs. */
function readable(report, name) {
  const code = /^```ts\n([\s\S]*)^```$/m.exec(report)[1];
  const declarations = code
    .replaceAll(/^ *\/\/ \(undocumented\)\n/gm, '')
    .replaceAll(/^( *\/\/ .*?) ?\(undocumented\)$/gm, '$1')
    .replaceAll(/^( *\/\/) @public ?/gm, '$1 ')
    .replaceAll(/^ *\/\/ *\n/gm, '')
    .replace(/^\/\/ \(No @packageDocumentation comment for this package\)\n/m, '')
    // The compiler orders the members of a union by when it met them first, which is not the same in every build.
    .replaceAll(/"[^"\n]*"(?: \| "[^"\n]*")+/g, (union) => union.split(' | ').sort().join(' | '))
    .split('\n');
  const isImport = (line) => line.startsWith('import ');
  const shown = reachable(declarations.filter((line) => !isImport(line)).join('\n'));
  const imports = declarations.filter((line) => isImport(line) && namesOf(line).some((bound) => uses(shown, bound)));
  return [
    `# What ${name} offers`,
    'Reviewed when it changes, and written by `npm run api`: do not edit.',
    `\`\`\`ts\n${[imports.join('\n'), shown].filter(Boolean).join('\n\n')}\n\`\`\`\n`,
  ].join('\n\n');
}

/**
 * The exports, and the unexported shapes that they name. Unexported classes, functions and values are internal: users
 * may be handed one, but have no business with its members.
 */
function reachable(declarations) {
  const blocks = declarations.trim().split(/\n\n+/);
  const namespaces = blocks.filter((block) => block.includes('declare namespace '));
  const members = new Set(namespaces.flatMap((block) => block.match(/[\w$]+/g)));
  const kept = new Set(blocks.filter((block) => !unexported(block) || members.has(unexported(block).name)));
  // A set's iteration reaches what is added meanwhile.
  for (const block of kept) {
    for (const other of blocks) {
      const { kind, name } = unexported(other) ?? {};
      if ((kind === 'interface' || kind === 'type') && uses(block, name)) kept.add(other);
    }
  }
  return blocks.filter((block) => kept.has(block)).join('\n\n');
}

function unexported(block) {
  return /^(?:abstract )?(?<kind>class|const|enum|function|interface|let|type) (?<name>[\w$]+)/m.exec(
    block.replace(/^(\/\/.*\n)+/, '').split('\n')[0],
  )?.groups;
}

/** The names that an import binds, of `import X, { A, B as C } from '…'` those are X, A and C. */
function namesOf(line) {
  const bound = line.replace(/^import (type )?/, '').replace(/ from '.*$/, '');
  return bound
    .split(/[{},]/)
    .map((part) => part.trim().split(/\s+/).at(-1))
    .filter(Boolean);
}

function uses(text, name) {
  return new RegExp(`(?<![\\w$.])${name.replaceAll('$', '\\$')}(?![\\w$])`).test(text);
}

function writeReports() {
  for (const { current, reviewed } of entries) writeFileSync(reviewed, readFileSync(current));
  for (const file of staleReports()) rmSync(file);
  process.stdout.write(`${entries.length} reports of public APIs written\n`);
}

function compareReports() {
  const changed = entries.filter(
    ({ current, reviewed }) => !existsSync(reviewed) || textOf(current) !== textOf(reviewed),
  );
  for (const { name, current, reviewed } of changed) {
    const missing = !existsSync(reviewed);
    process.stderr.write(
      `\n${name} ${missing ? 'has no reviewed report' : 'offers something else than its report says'}\n`,
    );
    if (!missing) process.stderr.write(difference(reviewed, current));
  }
  const stale = staleReports().map((file) => relative(root, file));
  for (const file of stale) process.stderr.write(`\n${file} belongs to no entry of its package\n`);
  if (changed.length + stale.length > 0) fail('\nIf that is meant, run: npm run api — and review what it changes.');
  process.stdout.write(`${entries.length} public APIs are as reviewed\n`);
}

/** Reports of entries that are no more. */
function staleReports() {
  const expected = new Set(entries.map(({ reviewed }) => reviewed));
  return [...new Set(entries.map(({ folder }) => folder))]
    .flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.api.md') && !expected.has(file));
}

function difference(from, to) {
  const paths = [relative(root, from), relative(root, to)];
  const { stdout } = spawnSync('git', ['diff', '--no-index', '--no-color', '--no-ext-diff', '-U2', '--', ...paths], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.replace(/^diff [\s\S]*?(?=^--- )/m, '');
}

/** Windows may have checked the report out with other line ends. */
function textOf(file) {
  return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
