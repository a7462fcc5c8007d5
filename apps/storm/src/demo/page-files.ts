import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const FOLDER = new URL('../../demo-page/', import.meta.url);
const FILES = new Set(['demo.css', 'demo.js', 'icon.svg', 'index.html', 'scenes.js', 'shops.js', 'sliders.js']);
const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The file at a path, read anew each time so that it can be worked on; `undefined` for any other path. */
export function pageFile(path: string): PageFile | undefined {
  const name = path === '/' ? 'index.html' : path.slice(1);
  if (!FILES.has(name)) return undefined;
  return { type: TYPES[name.split('.').at(-1)!]!, content: readFileSync(fileURLToPath(new URL(name, FOLDER))) };
}
