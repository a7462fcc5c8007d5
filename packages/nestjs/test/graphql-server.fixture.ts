import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** An answer of a GraphQL server, or of what stands in front of it; `'drop'` resets the connection. */
export type GraphqlReply =
  | {
      readonly status?: number;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | 'drop';

/** One request as the server has seen it. */
export interface SeenOperation {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly query: string;
  readonly variables: unknown;
}

export interface GraphqlServer {
  readonly url: string;
  readonly seen: SeenOperation[];
  /** The answers to come, in turn; the last is repeated. */
  replies: GraphqlReply[];
  close(): void;
}

/** A GraphQL server on this machine that answers as it is told. */
export function graphqlServer(...replies: GraphqlReply[]): Promise<GraphqlServer> {
  const seen: SeenOperation[] = [];
  const fixture = { url: '', seen, replies, close: () => undefined as void };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { query, variables } = body as { query: string; variables: unknown };
      seen.push({ url: request.url ?? '', headers: request.headers, query, variables });
      const { replies: left } = fixture;
      const reply = left.length > 1 ? left.shift()! : left[0]!;
      if (reply === 'drop') return request.socket.destroy();
      const { status = 200, type = 'application/json', headers = {}, body: answer = {} } = reply;
      response.writeHead(status, { 'content-type': type, ...headers });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      fixture.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
      fixture.close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve(fixture);
    });
  });
}
