import type { ServerResponse } from 'node:http';

/**
 * Whether the client of a response has left before its end. A response of HTTP/2 does not say so itself, its stream
 * does. Source: Node, "Class: http2.Http2ServerResponse".
 */
export function hasLeft(response: ServerResponse): boolean {
  const { destroyed, stream } = response as ServerResponse & { readonly stream?: { readonly destroyed: boolean } };
  return destroyed || stream?.destroyed === true;
}
