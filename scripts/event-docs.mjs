// Holds docs/events.md to the types of events and snapshots in packages/core and packages/nestjs. --write rewrites its
// tables.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const core = join(root, 'packages', 'core', 'src');
const page = join(root, 'docs', 'events.md');

const rooms = [
  ...roomsOf(join(core, 'policies', 'policy-telemetry.ts')),
  roomOf(sourceOf(join(root, 'packages', 'nestjs', 'src', 'inbound', 'webhooks', 'webhook.telemetry.ts'))),
  roomOf(sourceOf(join(root, 'packages', 'queue', 'src', 'worker', 'queue.telemetry.ts'))),
  roomOf(sourceOf(join(root, 'packages', 'dashboard', 'src', 'controls', 'dashboard.telemetry.ts'))),
];
const told = rooms.flatMap(({ events }) => events.map(({ type }) => type));
const faults = undocumented(join(root, 'packages'), new Set(told));
if (faults.length > 0) fail(faults.join('\n'));

const standing = readFileSync(page, 'utf8');
const text = await format(pageOf(rooms, standing), { ...(await resolveConfig(page)), filepath: page });
if (process.argv.includes('--write')) writeFileSync(page, text);
else if (standing !== text) fail('docs/events.md is out of date: npm run events rewrites it');
process.stdout.write(`docs/events.md tells of ${told.length} events\n`);

/** Every file that EventDetails and PolicySnapshots are made of, in the order in which it is imported there. */
function roomsOf(file) {
  return sourceOf(file)
    .statements.filter(ts.isImportDeclaration)
    .map(({ moduleSpecifier }) => join(dirname(file), moduleSpecifier.text.replace(/\.js$/, '.ts')))
    .filter((imported) => /(telemetry|engine-events)\.ts$/.test(imported))
    .map((imported) => roomOf(sourceOf(imported)));
}

function roomOf(source) {
  const interfaces = new Map(
    source.statements.filter(ts.isInterfaceDeclaration).map((declared) => [declared.name.text, declared]),
  );
  const levels = levelsIn(source);
  const named = (suffix) => [...interfaces].find(([name]) => name.endsWith(suffix) && interfaces.get(name).modifiers);
  const [name, events] = named('Events');
  const snapshot = interfaces.get(name.replace(/Events$/, 'Snapshot'));
  const fields = (node) => fieldsOf(node, interfaces);
  return {
    name: name.replace(/Events$/, ''),
    events: events.members.map((member) => ({
      type: member.name.text,
      when: commentOf(member),
      level: levels.get(member.name.text),
      fields: fields(member.type),
    })),
    snapshot: snapshot && fields(snapshot).flatMap((field) => [field, ...partsOf(field, interfaces)]),
  };
}

function levelsIn(source) {
  const levels = new Map();
  for (const statement of source.statements.filter(ts.isVariableStatement)) {
    const { initializer } = statement.declarationList.declarations[0];
    if (!initializer || !ts.isObjectLiteralExpression(initializer)) continue;
    for (const { name, initializer: level } of initializer.properties) levels.set(name.text, level.text);
  }
  return levels;
}

/** The fields of a detail: those of all that it is put together from. */
function fieldsOf(node, interfaces) {
  if (ts.isIntersectionTypeNode(node)) return node.types.flatMap((part) => fieldsOf(part, interfaces));
  if (ts.isTypeReferenceNode(node)) {
    const declared = interfaces.get(node.typeName.text);
    return declared ? fieldsOf(declared, interfaces) : [];
  }
  return node.members.map((member) => ({
    name: `${member.name.text}${member.questionToken ? '?' : ''}`,
    type: member.type.getText().replace(/\s+/g, ' ').replace(/^\| /, '').replaceAll('readonly ', ''),
    what: commentOf(member),
  }));
}

/** The fields of a field whose type has a name: `quotas[].used` of `quotas`. */
function partsOf({ name, type }, interfaces) {
  const [, part] = /\b(\w+Snapshot)\b/.exec(type) ?? [];
  if (!interfaces.has(part)) return [];
  const each = type.endsWith('[]') ? '[]' : type.startsWith('{') ? '.*' : '';
  const prefix = `${name.replace('?', '')}${each}`;
  return fieldsOf(interfaces.get(part), interfaces).map((field) => ({ ...field, name: `${prefix}.${field.name}` }));
}

function commentOf(node) {
  const [doc] = node.jsDoc ?? [];
  return doc === undefined ? '' : ts.getTextOfJSDocComment(doc.comment).replace(/\s+/g, ' ');
}

function sourceOf(file) {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}

/** Where an event is emitted that has no type. */
function undocumented(folder, known) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^[^/]+\/src\/.*\.ts$/.test(path) && !/(spec|fixture)\.ts$|\/testing\//.test(path))
    .flatMap((path) =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/\bemit\(\s*'([a-zA-Z]+\.[a-zA-Z]+)'/g)]
        .filter(([, type]) => !known.has(type))
        .map(([, type]) => `${relative(root, join(folder, path))} emits '${type}', which is in no *.telemetry.ts`),
    );
}

/** The page with new tables between its marks. */
function pageOf(all, standing) {
  const events = all.map(
    ({ name, events }) => `### ${titleOf(name)}\n
| Event | Level | When | Detail |
| --- | --- | --- | --- |
${events.map(({ type, level, when, fields }) => `| \`${type}\` | ${level} | ${cell(when)} | ${fields.map(fieldText).join('<br>')} |`).join('\n')}\n`,
  );
  const snapshots = all
    .filter(({ snapshot }) => snapshot !== undefined)
    .map(
      ({ name, snapshot }) => `### ${titleOf(name)}\n
| Field | Type | Meaning |
| --- | --- | --- |
${snapshot.map(({ name, type, what }) => `| \`${name}\` | ${code(type)} | ${cell(what)} |`).join('\n')}\n`,
    );
  return between('snapshots', snapshots.join('\n'), between('events', events.join('\n'), standing));
}

function between(name, tables, text) {
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) fail(`docs/events.md has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${tables}\n${text.slice(to)}`;
}

function titleOf(name) {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words[0].toUpperCase() + words.slice(1);
}

function fieldText({ name, type, what }) {
  return `\`${name}\`: ${code(type)}${what === '' ? '' : `. ${cell(what)}`}`;
}

function code(type) {
  return `\`${cell(type)}\``;
}

function cell(value) {
  return value.replaceAll('|', '\\|');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
