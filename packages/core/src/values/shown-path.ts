import { printed, quoted } from './printed.js';

/** A word of a path that looks like a token. */
const TOKEN = /^(?=.*\d)(?=.*[a-z])[a-z\d]{16,}$/i;

/** A URL that names a host and nothing else. */
const HOST_ALONE = /^[a-z]{2,10}:\/\/([a-z-]{1,20}\.){0,4}[a-z-]{1,20}(:\d{1,5})?\/?$/i;

/** The path of a file as a message may show it: absolute, or from the current directory, and without a likely key. */
export function shownPath(path: string): string {
  const isPath = /^(\.{1,2}|~|[a-z]:)?[\\/]/i.test(path) && path.length <= 200;
  const words = path.split(/[^a-z\d]/i);
  const isShown = HOST_ALONE.test(path) || (isPath && !words.some((word) => TOKEN.test(word)));
  return isShown ? quoted(path) : printed(path);
}
