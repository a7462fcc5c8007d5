/** The directives of a `Cache-Control` field by name, in lower case; `true` for one without an argument. */
export type CacheDirectives = ReadonlyMap<string, string | true>;

/** One directive: a token, and a token or a quoted string after `=` (RFC 9111 §5.2). */
const DIRECTIVE = /\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*)))?\s*(?:,|$)/gy;
/** Larger numbers need not be told apart (RFC 9111 §1.2.2). */
const MOST_SECONDS = 2 ** 31;
const NONE: CacheDirectives = new Map();

/**
 * Reads a `Cache-Control` field. Names are in any case; of a directive that is there several times the first counts
 * (RFC 9111 §4.2.1). Reading ends where the text is no list of directives.
 */
export function cacheDirectives(text: string | undefined): CacheDirectives {
  if (text === undefined || text === '') return NONE;
  const directives = new Map<string, string | true>();
  DIRECTIVE.lastIndex = 0;
  while (DIRECTIVE.lastIndex < text.length) {
    const from = DIRECTIVE.lastIndex;
    const [, name, quoted, token] = DIRECTIVE.exec(text) ?? [];
    if (name === undefined) {
      // An empty element of a list says nothing (RFC 9110 §5.6.1).
      const next = /^\s*,/.exec(text.slice(from))?.[0].length;
      if (next === undefined) break;
      DIRECTIVE.lastIndex = from + next;
      continue;
    }
    const lower = name.toLowerCase();
    if (!directives.has(lower)) directives.set(lower, quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? true);
  }
  return directives;
}

/**
 * The seconds that a directive names; `undefined` where it is not there, and 0, so that nothing is fresh by it, where
 * its argument is no number (RFC 9111 §4.2.1).
 */
export function directiveSeconds(directives: CacheDirectives, name: string): number | undefined {
  const argument = directives.get(name);
  if (argument === undefined) return undefined;
  return argument !== true && /^\d+$/.test(argument) ? Math.min(Number(argument), MOST_SECONDS) : 0;
}
