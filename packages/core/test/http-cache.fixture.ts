import type { IncomingMessage, ServerResponse } from 'node:http';
import { createProvider, type ProviderOptions, type ResilientProvider, type Store } from '../src/index.js';
import { HttpServer } from '../src/testing/http-server.fixture.js';
import { TestClock } from '../src/testing/test-clock.js';

type Headers = Record<string, string>;

/** A provider on this machine that dates its answers by the clock of the test. */
export class DatedServer extends HttpServer {
  constructor(readonly clock: TestClock) {
    super();
  }

  /** Answers with headers and a body that says how many answers there were before. Dated unless `date` is given. */
  gives(headers: Headers = {}, status = 200): void {
    this.answer = (request, response) => this.send(response, status, headers, request);
  }

  /** The same, and answers requests that know this version with 304. */
  givesVersion(etag: string, headers: Headers = {}): void {
    this.answer = (request, response) => {
      const knows = (request.headers['if-none-match'] ?? '').includes(etag);
      this.send(response, knows ? 304 : 200, { etag, ...headers }, request);
    };
  }

  send(response: ServerResponse, status: number, headers: Headers, request?: IncomingMessage): void {
    response.sendDate = false;
    const date = headers['date'] ?? new Date(this.clock.wallNow()).toUTCString();
    response.writeHead(status, { date, ...headers });
    const isBodiless = status === 304 || status === 204 || request?.method === 'HEAD';
    response.end(isBodiless ? undefined : `answer ${this.requests.length}`);
  }
}

/** A provider whose HTTP clients have a cache, on a clock that stands still. */
export class CachingShop {
  readonly clock = new TestClock();
  readonly server = new DatedServer(this.clock);
  private readonly providers: ResilientProvider[] = [];

  start(http: ProviderOptions['http'] = {}, options: ProviderOptions = {}, store?: Store): ResilientProvider {
    const given = { http: { baseUrl: this.server.origin, cache: true, ...http }, ...options };
    const parts = { clock: this.clock, trackCalls: true, warn: () => undefined, ...(store && { store }) };
    const provider = createProvider('shop', given, parts);
    this.providers.push(provider);
    return provider;
  }

  close(): void {
    for (const each of this.providers.splice(0)) each.close();
    this.server.close();
  }
}
