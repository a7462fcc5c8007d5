import type { ServerResponse } from 'node:http';

/**
 * One open page. While its connection takes nothing more, it is sent nothing: at most one message waits for it, and
 * once that has gone it gets everything anew. So a page that is slow, or gone without a word, costs nothing that grows.
 */
export class PageClient {
  private isBlocked = false;
  private missed = false;
  private blockedSince = 0;

  constructor(
    private readonly response: ServerResponse,
    /** Returns everything, for a page that has missed something. */
    private readonly everything: () => string,
  ) {
    response.on('drain', () => this.drained());
  }

  /** Sends a message, or notes that the page has missed one. */
  send(message: string | Buffer, now: number): void {
    if (this.isBlocked) {
      this.missed = true;
      return;
    }
    if (this.response.write(message)) return;
    this.isBlocked = true;
    this.blockedSince = now;
  }

  /** Since when the connection takes nothing, in the clock's milliseconds; `undefined` while it does. */
  get stuckSince(): number | undefined {
    return this.isBlocked ? this.blockedSince : undefined;
  }

  end(): void {
    this.response.destroy();
  }

  private drained(): void {
    this.isBlocked = false;
    if (!this.missed) return;
    this.missed = false;
    try {
      this.send(this.everything(), this.blockedSince);
    } catch {
      // Thrown from the socket's event, it would end the application: the page comes again, and is told of what fails.
      this.end();
    }
  }
}
