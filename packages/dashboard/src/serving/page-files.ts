import { gunzipSync } from 'node:zlib';
import files from '../../page/files.cjs';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly zipped: Buffer;
  readonly plain: Buffer;
}

const kept = new Map<string, PageFile>();

/** A file of the page by its name, such as `index.html`; `undefined` for any other name. */
export function pageFile(name: string): PageFile | undefined {
  const standing = kept.get(name);
  if (standing !== undefined || !Object.hasOwn(files, name)) return standing;
  const { type, content } = files[name]!;
  const zipped = Buffer.from(content, 'base64');
  const file = { type, zipped, plain: gunzipSync(zipped) };
  kept.set(name, file);
  return file;
}

/** How many bytes a page weighs on its way. */
export function pageWeight(): number {
  return Object.values(files).reduce((sum, { content }) => sum + Buffer.from(content, 'base64').length, 0);
}
