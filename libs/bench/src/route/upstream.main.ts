import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The third party: answers every charge at once. */
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response
      .writeHead(201, { 'content-type': 'application/json', 'x-request-id': 'r' })
      .end('{"id":"ch_1","paid":true}');
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }));
