import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedEvent {
  readonly signature: string;
  readonly body: string;
}

/** How a receiver answers: with a status, with a status and a Retry-After, or (null) not at all. */
export type Answer = number | { readonly status: number; readonly retryAfter: string } | null;

/** A merchant's endpoint that gives one answer after the other, and 200 once they are used up. */
export class WebhookReceiver {
  static async start(...answers: Answer[]): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver(answers);
    receiver.server.listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    return receiver;
  }

  readonly received: ReceivedEvent[] = [];
  private readonly server: Server;

  private constructor(private readonly answers: Answer[]) {
    this.server = createServer((request, response) => {
      void this.receive(request).then((answer) => {
        if (answer === null) return;
        const { status, retryAfter } = typeof answer === 'number' ? { status: answer, retryAfter: '' } : answer;
        response.writeHead(status, retryAfter === '' ? {} : { 'retry-after': retryAfter }).end();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhooks`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async receive(request: IncomingMessage): Promise<Answer> {
    const body = await text(request);
    this.received.push({ signature: String(request.headers['stripe-signature']), body });
    return this.answers.length > 0 ? (this.answers.shift() ?? null) : 200;
  }
}
