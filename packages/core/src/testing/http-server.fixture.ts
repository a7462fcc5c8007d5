import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Answers a request, or does not. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** One request as the provider has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A provider on this machine that answers as it is told, for specs in which requests really go over the wire. */
export class HttpServer {
  readonly requests: SeenRequest[] = [];
  answer: Answer = (_request, response) => response.end('{}');
  private readonly server: Server;
  private readonly looking: (() => void)[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        this.requests.push({ method, url, headers, body });
        for (const look of this.looking.splice(0)) look();
        this.answer(request, response);
      });
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get methods(): readonly string[] {
    return this.requests.map(({ method }) => method);
  }

  /** Resolves once so many requests have come. */
  async seen(requests: number): Promise<void> {
    while (this.requests.length < requests) await new Promise<void>((resolve) => this.looking.push(resolve));
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  /** Answers with a status and headers. */
  says(status: number, headers: Record<string, string> = {}): void {
    this.answer = (_request, response) => response.writeHead(status, headers).end('{}');
  }

  /** Takes the request and drops the connection. */
  drops(): void {
    this.answer = (request) => request.socket.destroy();
  }

  /** Answers what comes over a connection that another server has taken, such as a tunnel of a proxy. */
  take(connection: Duplex): void {
    this.server.emit('connection', connection);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
