import type { UnsafeRequest } from './unsafe-request.js';

const MOST_REQUESTS = 64;

/** The latest unsafe requests of a provider, or to an origin. */
export class RecentRequests {
  private readonly requests: UnsafeRequest[] = [];

  note(request: UnsafeRequest): void {
    if (this.requests.push(request) > MOST_REQUESTS) this.requests.shift();
  }

  /**
   * Those that began after a call did, or in the same turn, oldest first, as far as they are kept: the latest always
   * is.
   */
  since(order: number): readonly UnsafeRequest[] {
    const from = this.requests.findIndex(({ turn }) => turn.order > order);
    return from === -1 ? [] : this.requests.slice(from);
  }
}
