import type { HandshakeResponse } from '../contract/handshake.js';

/** Text that a stranger may have chosen, in a response that no browser takes for a page. */
export function plainText(body: string): HandshakeResponse {
  return {
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body,
  };
}
