/** Text that libsql stores unchanged: it would cut text at U+0000 and replace lone surrogates. */
const UNSAFE = /[\0\p{Surrogate}]/u;

/**
 * Text as it stands in the database: as TEXT, or as a BLOB of UTF-16 where TEXT would not keep it. Throws a `TypeError`
 * for anything else.
 */
export function storedText(text: string, what: string): string | Buffer {
  if (typeof text !== 'string') throw new TypeError(`SqliteStore: expected ${what} to be a string, got ${typeof text}`);
  return UNSAFE.test(text) ? Buffer.from(text, 'utf16le') : text;
}

/** The text that `storedText` was given. */
export function textOf(stored: string | Buffer): string {
  return typeof stored === 'string' ? stored : stored.toString('utf16le');
}
