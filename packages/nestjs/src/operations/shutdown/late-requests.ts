import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

/** Node announces every incoming request here, in the async context in which it is then handled. */
const REQUESTS = 'http.server.request.start';

/**
 * Tells HTTP requests that arrive while the application shuts down from those that were under way before. Nest goes on
 * accepting requests until its hooks have run. Costs nothing before `watch` is called.
 */
export class LateRequests {
  private readonly late = new AsyncLocalStorage<true>();

  /** Marks every request from now on, and asks its client to connect elsewhere afterwards (RFC 9112 §9.6). */
  watch(): void {
    subscribe(REQUESTS, this.mark);
  }

  stop(): void {
    unsubscribe(REQUESTS, this.mark);
  }

  /** True in everything that is done for such a request. */
  get isCurrent(): boolean {
    return this.late.getStore() === true;
  }

  private readonly mark = (message: unknown): void => {
    this.late.enterWith(true);
    const { response } = message as { response: ServerResponse };
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
}
