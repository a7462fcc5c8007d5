// Makes rules of the tables in scripts/boundaries.mjs. Run by `npm run lint`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { besides, open, packages, rooms } from './scripts/boundaries.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const entries = ['packages', 'libs', 'apps'].flatMap(publicEntries).map((path) => `^${escape(path)}$`);

requireEveryRoom();

export default {
  forbidden: [
    rule('circle of files', 'types included: move what both need into a third file', {}, { circular: true }),
    {
      ...rule('circle of folders', 'move what both need down', { path: '^packages/[^/]+/src/' }, { circular: true }),
      scope: 'folder',
    },
    rule(
      'public entry',
      'import a workspace by its public entry, or add what you need to that entry',
      { path: '^(packages|apps|libs)/([^/]+)/' },
      { path: '^(packages|apps|libs)/', pathNot: ['^$1/$2/', ...entries] },
    ),
    rule(
      'by name',
      'import another workspace by its name, not by its folder',
      { path: '^(packages|apps|libs)/([^/]+)/' },
      { path: '^(packages|apps|libs)/', pathNot: '^$1/$2/', dependencyTypesNot: ['aliased'] },
    ),
    // A page is built into one file: the libraries that it uses are in it.
    rule('declared', 'name it among the dependencies of this package', shipped('packages/', 'packages/[^/]+/page'), {
      path: '^node_modules/',
      dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional'],
    }),
    rule(
      'no testing in what is shipped',
      'move what you need out of testing',
      shipped('packages/[^/]+/src', 'packages/[^/]+/src/testing'),
      { path: '^packages/[^/]+/src/testing/' },
    ),
    ...Object.entries(packages).map(([name, others]) =>
      rule(
        `${name} among packages`,
        `${name} imports ${list(others)}: pass in what it needs`,
        shipped(`packages/${name}/src`),
        { path: '^(packages|apps|libs)/', pathNot: [name, ...others].map((other) => `^packages/${other}/`) },
      ),
    ),
    ...Object.entries(rooms).flatMap(([name, lines]) => lines.flatMap((line, i) => roomRules(name, lines, line, i))),
    ...besides.map(({ from, to, except, instead }) =>
      rule(`${from} → ${to}`, instead, shipped(from), { path: to, ...(except !== undefined && { pathNot: except }) }),
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(packages|apps|libs)/[^/]+/(dist|test)/', '\\.(spec|fixture)\\.m?[jt]s$'] },
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};

/** A room imports itself and the lines above its own. */
function roomRules(name, lines, line, i) {
  const source = `packages/${name}/src`;
  const above = lines.slice(0, i).flat();
  return line.map((room) => {
    const own = room.endsWith('/*') ? `${source}/${room.slice(0, -2)}/$1/` : pattern(source, room);
    return rule(
      `${name}: ${room}`,
      `${room} imports ${list([...above, room.endsWith('/*') ? 'and no neighbour' : 'and itself'])}: move what it needs down, or what needs it up`,
      shipped(pattern(source, room)),
      { path: `^${source}/`, pathNot: [`^${own}`, ...above.map((other) => `^${pattern(source, other)}`)] },
    );
  });
}

/** A folder with all in it, a file, or for `policies/*` each folder there. */
function pattern(source, room) {
  if (room.endsWith('/*')) return `${source}/${room.slice(0, -2)}/([^/]+)/`;
  return room.endsWith('.ts') ? `${source}/${escape(room)}$` : `${source}/${room}/`;
}

function shipped(path, ...not) {
  return { path: `^${path}`, pathNot: not.map((other) => `^${other}/`) };
}

function rule(name, comment, from, to) {
  const exempt = [from.pathNot ?? [], open[name] ?? []].flat();
  return { name, comment, severity: 'error', from: { ...from, ...(exempt.length > 0 && { pathNot: exempt }) }, to };
}

function list(names) {
  return names.length === 0 ? 'no other' : names.join(', ');
}

function escape(path) {
  return path.replaceAll('.', '\\.');
}

/** A file or folder that no table names would follow no rule. */
function requireEveryRoom() {
  const unnamed = entriesOf('packages').filter((name) => packages[name] === undefined);
  for (const [name, lines] of Object.entries(rooms)) {
    const named = new Set(lines.flat());
    const parents = new Set([...named].filter((room) => room.includes('/')).map((room) => room.split('/')[0]));
    const source = `packages/${name}/src`;
    for (const entry of entriesOf(source))
      if (!named.has(entry) && !parents.has(entry)) unnamed.push(`${source}/${entry}`);
    for (const parent of parents)
      if (!named.has(parent))
        for (const entry of entriesOf(`${source}/${parent}`))
          if (entry.endsWith('.ts') && !named.has(`${parent}/${entry}`)) unnamed.push(`${source}/${parent}/${entry}`);
  }
  if (unnamed.length > 0) throw new Error(`give these their line in scripts/boundaries.mjs: ${unnamed.join(', ')}`);
}

function entriesOf(folder) {
  return readdirSync(join(root, folder)).filter((name) => !/\.(spec|fixture)\.ts$/.test(name));
}

/** The sources of what a workspace offers by name: the `exports` of its package.json, or its index. */
function publicEntries(kind) {
  return readdirSync(join(root, kind)).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(root, kind, name, 'package.json'), 'utf8'));
    const built = Object.values(exports ?? {}).map((conditions) => conditions.import?.default);
    const names = built.map((path) => /dist\/esm\/(.+)\.js$/.exec(path)?.[1]).filter(Boolean);
    const sources = (exports === undefined ? ['index'] : names).map((path) => `${kind}/${name}/src/${path}.ts`);
    return sources.filter((path) => existsSync(join(root, path)));
  });
}
