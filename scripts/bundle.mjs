// Makes of what tsc has compiled (dist/tsc) the files that a package publishes: for each way to import it, one file for
// each entry and chunks for what entries share. An application starts several times faster than with a file for each
// source, and there is one instance of each class, whichever entry it comes by.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** Bundles a package as ES modules, and as CommonJS if asked. */
export async function bundle(folder, { cjs }) {
  const bundled = await rolldown({
    input: entriesOf(folder),
    external: /^[^./]/,
    platform: 'node',
    logLevel: 'warn',
    onLog(level, log, handle) {
      if (level === 'warn') throw new Error(log.message);
      handle(level, log);
    },
  });
  for (const format of cjs ? ['esm', 'cjs'] : ['esm']) await write(bundled, join(folder, 'dist', format), format);
  await bundled.close();
  if (cjs) copyDeclarations(join(folder, 'dist'));
}

async function write(bundled, dir, format) {
  if (existsSync(dir)) removeScripts(dir);
  await bundled.write({
    dir,
    format,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    // CommonJS in Jest has no `import()`.
    ...(format === 'cjs' && { dynamicImportInCjs: false }),
  });
}

/** The sources behind `exports`, `bin` and schematics, by the path that each has in dist/esm or dist/cjs. */
function entriesOf(folder) {
  const { exports, bin = {}, schematics } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const targets = [
    ...Object.values(exports).map((conditions) => conditions.import?.default),
    ...Object.values(bin),
    ...(schematics === undefined ? [] : factoriesOf(join(folder, schematics))),
  ];
  const names = targets.filter(Boolean).map((path) => /dist\/(?:esm|cjs)\/(.+?)(?:\.js)?$/.exec(path)[1]);
  return Object.fromEntries(names.map((name) => [name, join(folder, 'dist', 'tsc', `${name}.js`)]));
}

function factoriesOf(collection) {
  const { schematics } = JSON.parse(readFileSync(collection, 'utf8'));
  return Object.values(schematics).map(({ factory }) => factory.split('#')[0]);
}

/** The declarations of both halves are the same; only the nearest package.json tells how they are meant. */
function copyDeclarations(dist) {
  mkdirSync(join(dist, 'cjs'), { recursive: true });
  writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  for (const file of readdirSync(join(dist, 'esm'), { recursive: true })) {
    if (file.endsWith('.d.ts')) cpSync(join(dist, 'esm', file), join(dist, 'cjs', file));
  }
}

function removeScripts(dir) {
  for (const file of readdirSync(dir, { recursive: true })) {
    if (file.endsWith('.js')) rmSync(join(dir, file));
  }
}
