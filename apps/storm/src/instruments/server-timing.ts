import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

/**
 * Loaded into a checkout before anything else: each of its answers says, by Server-Timing (W3C), how long it was in the
 * making, from the request's headers read to the answer's headers written. The time that the network and the load
 * generator add on a busy machine is left out.
 */
subscribe('http.server.request.start', (message) => {
  const { response } = message as { response: ServerResponse };
  const startedAt = performance.now();
  const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => ServerResponse;
  response.writeHead = (...head: unknown[]) => {
    response.setHeader('Server-Timing', `total;dur=${(performance.now() - startedAt).toFixed(3)}`);
    return writeHead(...head);
  };
});
