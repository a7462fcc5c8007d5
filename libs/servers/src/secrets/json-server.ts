import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a protocol sees it. */
export interface JsonRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface JsonServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** An HTTP server on a free port of the loopback interface that answers with JSON. It keeps no process alive. */
export async function startJsonServer(
  answer: (request: JsonRequest) => JsonAnswer | Promise<JsonAnswer>,
  { port = 0 }: { port?: number } = {},
): Promise<JsonServer> {
  const server = createServer((request, response) => {
    void readBody(request)
      .then((body) => {
        const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://127.0.0.1');
        return answer({ method: request.method ?? 'GET', path, query, headers: request.headers, body });
      })
      .catch((error: unknown): JsonAnswer => ({ status: 500, body: { errors: [String(error)] } }))
      .then(({ status, body, headers }) => {
        response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
        response.end(body === undefined ? undefined : JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
