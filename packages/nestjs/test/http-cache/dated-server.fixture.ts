import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@breakwater/core';
import { localProvider, type LocalServer } from '../http-client.fixture.js';

export type HeaderFields = Readonly<Record<string, string | readonly string[]>>;

/** A request as the server has seen it. */
export interface SeenByDatedServer {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** A provider that dates its answers by the clock of the test, and numbers them: `answer 1`, `answer 2` … */
export class DatedServer {
  readonly requests: SeenByDatedServer[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) =>
    this.send(request, response);
  private server: LocalServer | undefined;

  constructor(private readonly clock: Clock) {}

  get origin(): string {
    return this.server!.origin;
  }

  async listen(): Promise<void> {
    this.server = await localProvider((request, response) => {
      const { method = '', url = '', headers } = request;
      this.requests.push({ method, url, headers });
      this.answer(request, response);
    });
  }

  /** Answers with headers of its own. A header `date: ''` leaves the date out. */
  gives(headers: HeaderFields = {}, status = 200): void {
    this.answer = (request, response) => this.send(request, response, headers, status);
  }

  send(request: IncomingMessage, response: ServerResponse, headers: HeaderFields = {}, status = 200): void {
    response.sendDate = false;
    const date = new Date(this.clock.wallNow()).toUTCString();
    const fields = Object.entries({ date, ...headers }).filter(([, value]) => value !== '');
    response.writeHead(status, Object.fromEntries(fields) as Record<string, string | string[]>);
    const hasBody = request.method !== 'HEAD' && status !== 304 && status !== 204;
    response.end(hasBody ? `answer ${this.requests.length}` : undefined);
  }

  close(): void {
    this.server?.close();
  }
}
