/**
 * The relative way from the page's root to the page. Relative, because behind a proxy or a global prefix nothing here
 * knows the whole path.
 */
export function redirectFrom(url: string): string {
  const [path = ''] = url.split('?');
  if (path.endsWith('/')) return './page';
  // The last part of the path may be encoded already: it goes back as it came.
  return `./${path.slice(path.lastIndexOf('/') + 1)}/page`;
}
