// Checks the maps in the documents: every path that one names exists, docs/inside.md has every room of
// scripts/boundaries.mjs, and every test that docs/guarantees.md names stands in its spec.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './boundaries.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const faults = [...documents().flatMap(brokenPaths), ...missingRooms(), ...missingTests()];
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(1);
}

/** Paths from the root in backquotes, and the targets of links. Patterns such as `packages/*` are left alone. */
function brokenPaths(document) {
  const text = prose(document);
  const named = [...text.matchAll(/`((?:packages|apps|libs|scripts|docs)\/[^`\s]*)`/g)].map(([, path]) => path);
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path]) =>
    join(dirname(document), path),
  );
  return [...named.filter((path) => !/[*<{…]/.test(path)), ...linked]
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => `${document} names ${path}, which does not exist`);
}

function missingRooms() {
  const document = 'docs/inside.md';
  const text = prose(document);
  return Object.entries(rooms).flatMap(([name, lines]) => {
    const [, section = ''] = text.split(`## \`packages/${name}/src\``);
    const [table] = section.split('\n## ');
    const listed = [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, room]) => room);
    const known = lines.flat();
    return [
      ...known
        .filter((room) => !listed.includes(room))
        .map((room) => `${document} lacks ${room} of packages/${name}/src`),
      ...listed
        .filter((room) => !known.includes(room))
        .map((room) => `${document} names ${room}: packages/${name}/src has no such room`),
    ];
  });
}

/** A rule begins `- **1.**`, and each of its tests stands below as the source has it: `- [file](path): `name``. */
function missingTests() {
  const document = 'docs/guarantees.md';
  const named = [...prose(document).matchAll(/- \[[^\]]+\]\(\.\.\/([^)]+)\): `([^`]+)`/g)];
  const unknown = named
    .filter(([, path, test]) => existsSync(join(root, path)) && !testsOf(path).has(test))
    .map(([, path, test]) => `${document} names a test that ${path} does not have: ${test}`);
  return [...rulesWithoutTest(document), ...unknown];
}

/** The rules of each chapter count from 1 without a gap, and each has a test. */
function rulesWithoutTest(document) {
  const [, ...chapters] = prose(document).split(/^## /m);
  return chapters.flatMap((chapter) => {
    const [, ...rules] = chapter.split(/^- (?=\*\*)/m);
    return rules
      .map((rule, i) => ({ number: i + 1, fits: rule.startsWith(`**${i + 1}.**`) && rule.includes('  - [') }))
      .filter(({ fits }) => !fits)
      .map(({ number }) => `${document}, ${chapter.split('\n')[0]}: rule ${number} is missing or has no test`);
  });
}

/** The texts in a spec that can be the name of a test. */
function testsOf(path) {
  const source = readFileSync(join(root, path), 'utf8');
  const quoted = [...source.matchAll(/(['`])((?:\\.|(?!\1)[^\\\n])*)\1/g)];
  return new Set(quoted.map(([, , text]) => text.replaceAll("\\'", "'")));
}

/** A document without its code blocks. */
function prose(document) {
  return readFileSync(join(root, document), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function documents() {
  const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard', '*.md', ':!*.api.md'], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}
