import type { LiveCall } from '../engine/live-call.js';
import type { SentRequest } from '../engine/requests/sent-requests.js';
import { isUnmadeRequest } from '../outcome/reading/unmade-request.js';

/** The requests of one `fetch` as its call has noted them: one, and others where it is sent again. */
export class NotedRequests {
  /** The latest last. */
  readonly all: SentRequest[] = [];
  /** The latest that `fetch` was asked for. */
  private asked: SentRequest | undefined = undefined;

  constructor(private readonly call: LiveCall | undefined) {}

  /** `fetch` is asked for the latest now. */
  goes(): void {
    this.asked = this.all.at(-1);
  }

  /** The latest has an answer: it was sent, also where the wire does not show it. */
  answered(): void {
    const latest = this.all.at(-1);
    if (latest !== undefined) this.call?.requests?.forgetAnnounced(latest);
  }

  /** One that was refused for its credential was not carried out (RFC 9110 §15.5.2): the next one stands for it. */
  goesAgain(method: string): void {
    const refused = this.all.at(-1);
    if (this.call === undefined || refused === undefined) return;
    refused.unsent = true;
    this.all.push(this.call.sending(method, refused.nature));
  }

  /**
   * The latest has failed. It was not sent where `fetch` was not asked for it, as the rate limit has refused it, or
   * could not make it. That the wire has not shown it says nothing: dispatchers of the user's own, and what stands in
   * the place of `fetch`, need not show what they send.
   */
  failed(error: unknown): void {
    const latest = this.all.at(-1);
    if (latest === undefined || (this.asked === latest && !isUnmadeRequest(error))) return;
    if (this.call?.requests?.forgetAnnounced(latest) === true) latest.unsent = true;
  }

  /** The wire will show none of them any more. */
  ended(): void {
    for (const each of this.all) this.call?.requests?.forgetAnnounced(each);
  }
}
