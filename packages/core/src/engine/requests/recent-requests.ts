import type { UnsafeRequest } from './unsafe-request.js';

const MOST_REQUESTS = 64;

/** The latest unsafe requests of a provider, or to an origin. */
export class RecentRequests {
  /** A ring, once as many were noted as are kept. */
  private readonly requests: UnsafeRequest[] = [];
  private oldest = 0;

  note(request: UnsafeRequest): void {
    if (this.requests.length < MOST_REQUESTS) {
      this.requests.push(request);
      return;
    }
    this.requests[this.oldest] = request;
    this.oldest = (this.oldest + 1) % MOST_REQUESTS;
  }

  /**
   * Those that began after a call did, or in the same turn, oldest first, as far as they are kept: the latest always
   * is.
   */
  since(order: number): readonly UnsafeRequest[] {
    const { requests, oldest } = this;
    const inOrder = [...requests.slice(oldest), ...requests.slice(0, oldest)];
    const from = inOrder.findIndex(({ turn }) => turn.order > order);
    return from === -1 ? [] : inOrder.slice(from);
  }
}
