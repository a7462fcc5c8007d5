/** A URL that names its host, with or without its scheme. Credentials must not follow it to another origin. */
const ABSOLUTE = /^([a-z][a-z\d+.-]*:)?\/\//i;

/** A scheme by which no client sends anything. */
const OTHER_SCHEME = /^(?!https?:|data:|blob:)([a-z][a-z\d+.-]*:)\/\//i;

/** Whether a URL names its host, with or without a scheme. */
export function isAbsoluteUrl(url: string): boolean {
  return ABSOLUTE.test(url);
}

/**
 * Where a request goes: a path is appended to the base URL, an absolute URL stands for itself. Throws a `TypeError` for
 * what is none.
 */
export function absoluteUrl(url: string, baseUrl: string | undefined): URL {
  const scheme = otherScheme(url);
  if (scheme !== undefined) {
    throw Object.assign(new TypeError(`Requests go to http and https, not to ${scheme}`), {
      code: 'ERR_INVALID_PROTOCOL',
    });
  }
  if (baseUrl === undefined || isAbsoluteUrl(url)) return new URL(url, baseUrl);
  return new URL(url === '' ? baseUrl : `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`);
}

/** The scheme of an absolute URL that no HTTP client takes; `undefined` for all others. */
function otherScheme(url: string): string | undefined {
  return OTHER_SCHEME.exec(url)?.[1];
}
