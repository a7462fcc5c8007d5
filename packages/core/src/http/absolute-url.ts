/** A URL that names its host, with or without its scheme. Credentials must not follow it to another origin. */
const ABSOLUTE = /^([a-z][a-z\d+.-]*:)?\/\//i;

/**
 * Where a request goes: a path is appended to the base URL, an absolute URL stands for itself. Throws a `TypeError` for
 * what is none.
 */
export function absoluteUrl(url: string, baseUrl: string | undefined): URL {
  if (baseUrl === undefined || ABSOLUTE.test(url)) return new URL(url, baseUrl);
  return new URL(url === '' ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`);
}
