/** A parameter of the query of a URL or of a path, or `undefined` where it is absent or occurs twice. */
export function queryParameter(url: string | undefined, name: string): string | undefined {
  const query = url?.indexOf('?') ?? -1;
  if (url === undefined || query < 0) return undefined;
  const values = new URLSearchParams(url.slice(query + 1)).getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
