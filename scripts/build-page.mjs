// Builds the page of @breakwater/dashboard with Vite, and writes its files, compressed, into one module that both
// halves of the package read: packages/dashboard/dist/page/files.cjs. Nothing is done where that is up to date.
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const page = join(root, 'packages', 'dashboard', 'page');
const written = join(root, 'packages', 'dashboard', 'dist', 'page', 'files.cjs');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

if (!isCurrent()) await build();

function isCurrent() {
  if (!existsSync(written)) return false;
  const sources = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const { mtimeMs } = statSync(written);
  return [...sources, fileURLToPath(import.meta.url)].every((source) => statSync(source).mtimeMs <= mtimeMs);
}

async function build() {
  const vite = await import('vite');
  const { output } = await vite.build({
    root: page,
    configFile: false,
    base: './',
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      // No data: URLs and no inline scripts: the page's policy forbids both.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
    },
  });
  const files = Object.fromEntries(
    output.map((file) => {
      const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      return [
        file.fileName,
        { type: TYPES[extname(file.fileName)], content: gzipSync(content, { level: 9 }).toString('base64') },
      ];
    }),
  );
  mkdirSync(dirname(written), { recursive: true });
  writeFileSync(written, `module.exports = ${JSON.stringify(files, null, 2)};\n`);
  const bytes = Object.values(files).reduce((sum, { content }) => sum + Buffer.from(content, 'base64').length, 0);
  process.stdout.write(`the page weighs ${(bytes / 1024).toFixed(1)} KB, compressed\n`);
}
