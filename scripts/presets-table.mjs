// Holds docs/providers.md to the presets of providers; --write writes it anew.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const document = join(root, 'docs/providers.md');
const folder = join(root, '.cache', 'presets-table');
mkdirSync(folder, { recursive: true });
const bundle = join(folder, 'presets.mjs');
await build({
  stdin: { contents: "export { presets } from './presets.js';", resolveDir: join(root, 'packages/core/src/presets') },
  bundle: true,
  platform: 'node',
  format: 'esm',
  outfile: bundle,
});
const { presets } = await import(bundle);

const rows = presets.flatMap(({ name, title, facts }) =>
  facts.map(({ source, says, settings = {}, completes = {} }, index) => [
    index === 0 ? `\`${name}\`<br>${title}` : '',
    `[${says}](${source})`,
    [...written(settings), ...written(completes).map((text) => `${text} *`)].join('<br>'),
  ]),
);
const heading = ['preset', 'what the provider says', 'settings'];
const table = [heading, heading.map(() => '---'), ...rows]
  .map((cells) => `| ${cells.map(escape).join(' | ')} |`)
  .join('\n');
const standing = readFileSync(document, 'utf8');
const [before] = standing.split('<!-- generated -->');
const text = await format(
  `${before}<!-- generated -->\n<!-- prettier-ignore-start -->\n\n${table}\n\n<!-- prettier-ignore-end -->\n`,
  { ...(await resolveConfig(document)), parser: 'markdown' },
);
if (process.argv.includes('--write')) writeFileSync(document, text);
else if (text !== standing) {
  process.stderr.write(
    `${relative(root, document)} differs from the presets: run node scripts/presets-table.mjs --write\n`,
  );
  process.exit(1);
}

/** Each setting as it would be written. */
function written(settings) {
  return Object.entries(settings).map(([name, value]) => `\`${name}: ${literal(value)}\``);
}

function literal(value) {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(
    ([name, inner]) => `${/^\w+$/.test(name) ? name : `'${name}'`}: ${literal(inner)}`,
  );
  return `{ ${entries.join(', ')} }`;
}

function escape(text) {
  return String(text).replaceAll('|', '\\|');
}
