import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { CheckoutClient, RawWebhook } from './checkout-client.js';

/** Sits between the payment provider and a checkout, passes every webhook on and keeps it, byte for byte. */
export class Wiretap {
  readonly heard: RawWebhook[] = [];

  private constructor(
    private readonly server: Server,
    private readonly checkout: Pick<CheckoutClient, 'deliver'>,
  ) {
    server.on('request', (request, response) => void this.passOn(request, response));
  }

  static async listen(checkout: Pick<CheckoutClient, 'deliver'>): Promise<Wiretap> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wiretap(server, checkout);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = Buffer.concat(await request.toArray());
      const webhook = { headers: endToEnd(request.headers), body };
      this.heard.push(webhook);
      const { status, retryAfter } = await this.checkout.deliver(webhook);
      response.statusCode = status;
      if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
    } catch {
      response.statusCode = 502;
    }
    response.end();
  }
}

/** The headers that belong to the message, without those of the connection it came over. */
function endToEnd(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter((header): header is [string, string] => {
      return typeof header[1] === 'string' && !HOP_BY_HOP.has(header[0]);
    }),
  );
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'host', 'content-length', 'transfer-encoding', 'expect']);
