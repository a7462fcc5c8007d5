import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type ServerOptions as SecureServerOptions } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request as a server has seen it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on this machine, with what it has seen and the connections that were made to it. */
export interface LocalServer {
  readonly origin: string;
  readonly seen: Seen[];
  readonly sockets: Set<Socket>;
  close(): void;
}

/** A provider that answers with `answer` once it has read the whole request. */
export function localProvider(answer: RequestListener, secure?: SecureServerOptions): Promise<LocalServer> {
  const seen: Seen[] = [];
  const listener: RequestListener = (request, response) => {
    void text(request).then(
      (body) => {
        seen.push(seenIn(request, body));
        answer(request, response);
      },
      () => undefined,
    );
  };
  if (secure === undefined) return listen(createServer(listener), seen);
  return listen(createSecureServer(secure, listener), seen, 'https');
}

/** A proxy: forwards what is for `http` origins, and opens tunnels with CONNECT (RFC 9110 §9.3.6), or does not. */
export function localProxy(tunnels: 'opens' | 'refuses' | 'is silent' = 'opens'): Promise<LocalServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    seen.push(seenIn(request, ''));
    const { host, pathname, hostname, port } = new URL(url);
    const onward = connect(Number(port), hostname, () => {
      onward.write(`${method} ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      onward.pipe(response.socket!);
    });
    onward.on('error', () => response.destroy());
  });
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    seen.push(seenIn(request, ''));
    client.on('error', () => undefined);
    if (tunnels === 'is silent') return;
    if (tunnels === 'refuses') return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const { hostname, port } = new URL(`http://${request.url!}`);
    const onward = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  return listen(server, seen);
}

function seenIn({ method = '', url = '', headers }: IncomingMessage, body: string): Seen {
  return { method, url, headers, body };
}

function listen(server: Server, seen: Seen[], scheme = 'http'): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const close = () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      };
      resolve({ origin, seen, sockets, close });
    });
  });
}
