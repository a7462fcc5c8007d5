// Holds docs/policies/*.md to the policies: --write rewrites the table of options of each, made from its schema and the
// docstrings of its options, and the line of its events and refusals.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { defaultOf, schemaAt, wordsOf } from './option-schemas.mjs';
import { optionTypes } from './option-types.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const policies = join(root, 'packages', 'core', 'src', 'policies');
const pages = join(root, 'docs', 'policies');
const { catalog, upperCase, environmentOverrides } = await load();
const optionsOf = optionTypes(policies);
const offered = optionsOf('PolicyOptions');
const faults = [];

for (const { kind, schema, events, refusals } of catalog.kinds) {
  const { options } = offered.find(({ name }) => name === kind);
  const rows = rowsOf(options, { kind, schema, path: [] });
  await hold(`${kebab(kind)}.md`, {
    options: tableOf(rows, kind),
    signals: signalsOf({ kind, events, refusals }),
  });
}
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(`docs/policies has the options of ${catalog.kinds.length} policies\n`);

/** A row for each option, and for those within it. */
function rowsOf(options, { kind, schema, path }) {
  return options.flatMap(({ name, doc, type, ...option }) => {
    const at = [...path, name];
    const here = schemaAt(schema, at);
    const place = `${kind}.${at.join('.')}`;
    // The schema of an option that is checked as a whole does not know its parts.
    if (here === undefined && path.length > 0) return [];
    if (here === undefined && kind !== 'fallback') faults.push(`${place} has a type, and no schema knows it`);
    if (doc === '' && path.length === 0) faults.push(`${place} has no docstring`);
    const { said, meaning } = withoutDefault(doc);
    const row = {
      name: at.join('.'),
      type: here && wordsOf(here).length > 0 && !type.includes('Duration') ? worded(type, wordsOf(here)) : type,
      otherwise: here === undefined ? 'required' : defaultAt(here, { type, said, place }),
      meaning: meaning === '' ? `see \`${path.join('.')}\`` : meaning,
      variable: option.single ? variableOf([kind, ...at]) : '',
    };
    const listed = type.includes('[]');
    return [row, ...(listed ? [] : rowsOf(option.options, { kind, schema, path: at }))];
  });
}

/** The default as the schema has it, and otherwise as the docstring says it. A schema that says another is a fault. */
function defaultAt(schema, { type, said, place }) {
  const { optional, otherwise } = defaultOf(schema);
  if (!optional) return 'required';
  if (otherwise === undefined || isEmpty(otherwise)) return said === undefined ? '' : code(said);
  const asSaid = said !== undefined && (isObject(otherwise) || alike(said, otherwise));
  const written = asSaid ? said : literal(otherwise, type);
  if (said !== undefined && said !== written)
    faults.push(`the docstring of ${place} says that its default is ${said}; its schema has ${written}`);
  return code(written);
}

/** A docstring's `Default …` and the text without it, where the sentence says nothing more. */
function withoutDefault(doc) {
  const value = String.raw`\bDefault (?:\`([^\`]+)\`|(true|false|-?\d+(?:[.,\s]\d+)*(?: [KM]iB)?))`;
  const said = new RegExp(value).exec(doc);
  const meaning = doc.replace(new RegExp(String.raw` ?${value}\.(?= |$)`), '').trim();
  return { said: said?.[1] ?? said?.[2], meaning };
}

function literal(value, type) {
  if (typeof value === 'number' && type.includes('Duration')) return duration(value);
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map((one) => literal(one, '')).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.entries(value).map(
    ([name, one]) => `${name}: ${literal(one, name === 'time' ? 'Duration' : '')}`,
  );
  return `{ ${fields.join(', ')} }`;
}

function duration(ms) {
  if (ms === 0) return '0';
  const [unit, size] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ].find(([unit, size]) => ms % size === 0 && (unit !== 'd' || ms > size));
  return `'${ms / size}${unit}'`;
}

/** Whether a default means what the schema has, which writes it in another way: `'1d'`, `64 MiB`, `262 144`. */
function alike(said, otherwise) {
  if (Number(said.replaceAll(/[,\s]/g, '')) === otherwise) return true;
  const sizes = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1, KiB: 1024, MiB: 1_048_576 };
  const [, count, unit] = /^'?(\d+) ?(ms|[dhms]|[KM]iB)'?$/.exec(said) ?? [];
  return unit !== undefined && Number(count) * sizes[unit] === otherwise;
}

/** A type with the words that its schema knows, where the type only names their list. */
function worded(type, words) {
  return type.includes('typeof') ? `(${words.map((word) => `'${word}'`).join(' | ')})[]` : type;
}

/** The variable after `RESILIENCE__<PROVIDER>__`, which sets that option when it is read. */
function variableOf(path) {
  const variable = path.map(upperCase).join('__');
  const { providers, faults: wrong } = environmentOverrides(
    { [`RESILIENCE__X__${variable}`]: '1' },
    { providers: { x: {} }, sections: [] },
  );
  if (wrong.length > 0 || path.reduce((here, name) => here?.[name], providers.x) !== 1)
    faults.push(`RESILIENCE__X__${variable} does not set ${path.join('.')}`);
  return variable.slice(upperCase(path[0]).length + 2);
}

function tableOf(rows, kind) {
  const named = `The name of a variable begins with \`RESILIENCE__<PROVIDER>__${upperCase(kind)}__\`; the table has the rest of it.`;
  return `${rows.some(({ variable }) => variable !== '') ? named : 'No variable sets these options.'}

<!-- prettier-ignore-start -->

| Option, type | Default | Meaning, variable |
| --- | --- | --- |
${rows.map(lineOf).join('\n')}

<!-- prettier-ignore-end -->`;
}

function lineOf({ name, type, otherwise, meaning, variable }) {
  const after = variable === '' ? '' : `<br>Variable: ${code(variable)}`;
  return `| **${code(name)}**<br>${typed(type)} | ${otherwise} | ${cell(meaning)}${after} |`;
}

function signalsOf({ kind, events, refusals }) {
  const types = Object.keys(events);
  const snapshots = readFileSync(join(root, 'docs', 'events.md'), 'utf8').split('<!-- snapshots: begin -->')[1];
  const title = kind.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  const heading = title[0].toUpperCase() + title.slice(1);
  const anchor = title.replaceAll(' ', '-');
  const lines = [
    types.length > 0 &&
      `- **Events**: ${types.map(code).join(', ')}; their fields stand in [events](../events.md#${anchor}).`,
    snapshots.includes(`### ${heading}\n`) &&
      `- **Snapshot**: its fields stand in [snapshots](../events.md#${anchor}-1).`,
    ...Object.entries(refusals).map(([name, { status }]) => `- **${code(name)}** is answered with ${status} in Nest.`),
  ];
  return lines.filter(Boolean).join('\n');
}

async function hold(page, blocks) {
  const file = join(pages, page);
  if (!existsSync(file)) return void faults.push(`${relative(root, file)} is missing`);
  const standing = readFileSync(file, 'utf8');
  const filled = Object.entries(blocks).reduce((text, [name, block]) => between({ text, name, block, file }), standing);
  const text = await format(filled, { ...(await resolveConfig(file)), filepath: file });
  if (text === standing) return;
  if (process.argv.includes('--write')) writeFileSync(file, text);
  else faults.push(`${relative(root, file)} differs from its policy: npm run policies rewrites it`);
}

function between({ text, name, block, file }) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) {
    faults.push(`${relative(root, file)} has no ${begin} … ${end}`);
    return text;
  }
  return `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`;
}

/** The catalog, and what reads variables, of the sources as they are. */
async function load() {
  const folder = join(root, '.cache', 'policy-options');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'catalog.mjs');
  const core = join(root, 'packages', 'core', 'src');
  await build({
    stdin: {
      contents: `export { catalog } from '@breakwater/core/adapter';
        export { upperCase } from './variable-names.js';
        export { environmentOverrides } from './environment-overrides.js';`,
      resolveDir: join(root, 'packages', 'nestjs', 'src', 'config'),
    },
    alias: { '@breakwater/core/adapter': join(core, 'adapter.ts'), '@breakwater/core': join(core, 'index.ts') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    outfile,
  });
  return import(outfile);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value) {
  return isObject(value) && Object.keys(value).length === 0;
}

function kebab(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function typed(type) {
  return type.startsWith('as ') ? type : code(type);
}

function code(text) {
  return `\`${cell(text)}\``;
}

function cell(text) {
  return text.replaceAll('|', '\\|');
}
