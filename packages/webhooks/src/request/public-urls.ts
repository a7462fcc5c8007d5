import type { Delivery } from './delivery.js';

/**
 * The configured URL, and the same with the query that came, which senders append to it. A wrong one matches no
 * signature.
 */
export function publicUrls({ url = '', request }: Delivery): readonly string[] {
  const query = request.url?.indexOf('?') ?? -1;
  if (query < 0) return [url];
  const arrived = url.replace(/[?#].*$/s, '') + (request.url as string).slice(query);
  return arrived === url ? [url] : [url, arrived];
}
