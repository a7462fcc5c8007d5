import { watchHttp2 } from './http2-channels.js';
import { watchNodeHttp } from './node-http-channels.js';
import { watchUndici } from './undici-channels.js';

let isWatching = false;

/**
 * Has every outgoing request of the process told to the call in whose method it is made, for the provider that wants to
 * know. Subscribes once, to the diagnostics channels of Node and undici, which run in the async context of whatever
 * sends the request.
 */
export function watchWire(): void {
  if (isWatching) return;
  isWatching = true;
  watchUndici();
  watchNodeHttp();
  watchHttp2();
}
