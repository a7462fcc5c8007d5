// Checks the maps in the documents: every path that one names exists, and every heading that a link goes to;
// docs/inside.md has every room of scripts/boundaries.mjs, every test that docs/guarantees.md names stands in its spec,
// and the site leads to every document.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './boundaries.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const faults = [
  ...documents().flatMap(brokenPaths),
  ...documents().flatMap(brokenAnchors),
  ...missingRooms(),
  ...missingTests(),
  ...orphans(),
];
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(1);
}

/** Paths from the root in backquotes, and the targets of links. Patterns such as `packages/*` are left alone. */
function brokenPaths(document) {
  const text = prose(document);
  const named = [...text.matchAll(/`((?:packages|apps|libs|scripts|docs)\/[^`\s]*)`/g)].map(([, path]) => path);
  const linked = linksIn(document).map(([, path]) => join(dirname(document), path));
  return [...named.filter((path) => !/[*<{…]/.test(path)), ...linked]
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => `${document} names ${path}, which does not exist`);
}

/** Links to files, as `[path, anchor]` after the whole match, in the text and below it. */
function linksIn(document) {
  return [...prose(document).matchAll(/(?:\]\(|^\[[^\]]+\]: )(?!\w+:|#)([^)#\s]+)(?:#([^)\s]+))?/gm)];
}

/** Links to a heading, of the document itself or of another. */
function brokenAnchors(document) {
  const links = [...prose(document).matchAll(/(?:\]\(|^\[[^\]]+\]: )(?!\w+:)([^)#\s]*)#([^)\s]+)/gm)];
  return links.flatMap(([, path, anchor]) => {
    const target = path === '' ? document : join(dirname(document), path);
    if (!target.endsWith('.md') || !existsSync(join(root, target))) return [];
    return anchorsOf(target).has(anchor) ? [] : [`${document} links to ${target}#${anchor}, which has no such heading`];
  });
}

/** Those that are the same on GitHub and in the site, which make them in two ways. */
function anchorsOf(document) {
  const found = new Set();
  const times = new Map();
  for (const [, heading] of prose(document).matchAll(/^#{1,6} (.+)$/gm)) {
    const text = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[`*]/g, '')
      .toLowerCase();
    const onGitHub = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-');
    const inSite = text.replaceAll(/[^\p{L}\p{N}_]+/gu, '-').replaceAll(/^-+|-+$/g, '');
    const time = times.get(onGitHub) ?? 0;
    times.set(onGitHub, time + 1);
    if (onGitHub === inSite && !/^\d/.test(inSite)) found.add(time === 0 ? inSite : `${inSite}-${time}`);
  }
  return found;
}

/** Documents to which neither the navigation of the site nor a link of another document leads. */
function orphans() {
  const navigation = readFileSync(join(root, 'docs', '.vitepress', 'config.ts'), 'utf8');
  const linked = new Set(
    documents().flatMap((document) =>
      linksIn(document)
        .map(([, path]) => join(dirname(document), path))
        .filter((path) => path !== document),
    ),
  );
  return documents()
    .filter((document) => document.startsWith('docs/'))
    .filter((document) => !navigation.includes(`'/${document.replace(/\.md$/, '')}'`) || !linked.has(document))
    .map((document) => `${document} stands in no navigation of the site, or no document links to it`);
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
