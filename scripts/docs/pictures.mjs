// Draws the pictures of the documents; without --write it checks that they are as they would be drawn.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));

const drawn = new Map();
for (const name of readdirSync(join(here, 'pictures'))) {
  const { draw, folder = join('docs', 'policies') } = await import(join(here, 'pictures', name));
  const picture = draw();
  const file = join(root, folder, 'pictures', name.replace(/\.mjs$/, ''));
  drawn.set(`${file}.svg`, String(picture));
  drawn.set(`${file}.narrow.svg`, picture.narrow);
}
const stale = [...drawn].filter(([file, svg]) => textOf(file) !== svg).map(([file]) => relative(root, file));
if (process.argv.includes('--write')) {
  for (const [file, svg] of drawn) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, svg);
  }
} else if (stale.length > 0) {
  process.stderr.write(`not as they would be drawn: ${stale.join(', ')}; npm run policies draws them\n`);
  process.exit(1);
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
