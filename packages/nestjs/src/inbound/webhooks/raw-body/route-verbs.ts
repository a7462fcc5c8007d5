/** The methods of an HTTP adapter that register a route. */
export const routeVerbs: readonly string[] = [
  ...['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'all', 'search', 'query'],
  ...['propfind', 'proppatch', 'mkcol', 'copy', 'move', 'lock', 'unlock'],
];
