/**
 * The path and query of an absolute URL or of a request target, cut and not normalised: a signature covers these
 * characters.
 */
export function pathAndQuery(url: string | undefined): string | undefined {
  const found = /^(?:https?:\/\/[^/?#]*)?([^#]*)/i.exec(url ?? '');
  const rest = found?.[1] ?? '';
  if (url === undefined) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
