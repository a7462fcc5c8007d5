import { Clock, ProblemException } from '@breakwater/faults';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Charge } from '../charges/charge.js';
import { PAYMENTS_OPTIONS, type PaymentsOptions } from '../payments-options.js';
import { postEvent } from './post-event.js';
import { retryAfterMs } from './retry-after.js';
import { signEvent } from './sign-event.js';
import { WebhookEndpoints } from './webhook-endpoints.service.js';
import { WebhookEvent } from './webhook-event.js';

/** Brings each merchant its events: at least once, in no particular order, until one try is answered with 2xx. */
@Injectable()
export class WebhookDeliveries implements OnApplicationShutdown {
  private readonly events = new Map<string, Map<string, WebhookEvent>>();
  private readonly stopping = new AbortController();
  private readonly backoffMs: number;
  private readonly timeoutMs: number;
  private readonly tries: number;

  constructor(
    private readonly clock: Clock,
    private readonly endpoints: WebhookEndpoints,
    @Inject(PAYMENTS_OPTIONS) { webhooks = {} }: PaymentsOptions,
  ) {
    ({ backoffMs: this.backoffMs = 250, timeoutMs: this.timeoutMs = 2000, tries: this.tries = 8 } = webhooks);
  }

  /** Starts to deliver a charge; a merchant without an endpoint has no events. */
  announce(merchant: string, charge: Charge): void {
    const endpoint = this.endpoints.of(merchant);
    if (endpoint === undefined) return;
    const event = new WebhookEvent(charge, this.clock.wallMs());
    const events = this.events.get(merchant) ?? new Map<string, WebhookEvent>();
    this.events.set(merchant, events.set(event.id, event));
    for (let copy = 0; copy < endpoint.copies; copy += 1) void this.deliver(merchant, event);
  }

  /** Delivers a genuine event once more, freshly signed. Throws 404 for an unknown event, 409 without an endpoint. */
  resend(merchant: string, eventId: string): void {
    const event = this.events.get(merchant)?.get(eventId);
    if (event === undefined) throw new ProblemException(404, 'the merchant has no such event');
    if (this.endpoints.of(merchant) === undefined) throw new ProblemException(409, 'the merchant has no endpoint');
    void this.deliver(merchant, event);
  }

  eventsOf(merchant: string): WebhookEvent[] {
    return [...(this.events.get(merchant)?.values() ?? [])];
  }

  onApplicationShutdown(): void {
    this.stopping.abort();
  }

  private async deliver(merchant: string, event: WebhookEvent): Promise<void> {
    event.pending += 1;
    for (let attempt = 1; attempt <= this.tries; attempt += 1) {
      const waitMs = await this.attempt(merchant, event);
      if (waitMs === undefined) break;
      if (attempt < this.tries) await this.clock.sleep(Math.max(waitMs, this.backoffMs * 2 ** (attempt - 1)));
    }
    event.pending -= 1;
  }

  /** Undefined when there is nothing left to try, otherwise how long the receiver asks to be left alone. */
  private async attempt(merchant: string, event: WebhookEvent): Promise<number | undefined> {
    const endpoint = this.endpoints.of(merchant);
    if (endpoint === undefined) return undefined;
    event.attempts += 1;
    const { status, retryAfter } = await this.within(this.timeoutMs, (signal) =>
      postEvent(endpoint.url, {
        body: event.body,
        headers: {
          'Content-Type': 'application/json',
          ...signEvent(event.body, endpoint.secret, this.clock.wallMs()),
        },
        signal,
      }),
    );
    event.lastStatus = status;
    if (status === null || status < 200 || status > 299) return retryAfterMs(retryAfter, this.clock.wallMs());
    event.delivered = true;
    return undefined;
  }

  /**
   * A signal that aborts after `ms`, or when the service stops. `AbortSignal.any` over a timeout is lost to garbage
   * collection on Node 20.
   */
  private async within<T>(ms: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const giveUp = new AbortController();
    const onStop = () => giveUp.abort(this.stopping.signal.reason);
    const callOff = this.clock.after(ms, () => giveUp.abort(new Error(`no answer within ${ms} ms`)));
    this.stopping.signal.addEventListener('abort', onStop);
    try {
      return await send(giveUp.signal);
    } finally {
      callOff();
      this.stopping.signal.removeEventListener('abort', onStop);
    }
  }
}
