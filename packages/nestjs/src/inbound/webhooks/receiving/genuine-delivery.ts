import type { Acceptance } from '@breakwater/webhooks';
import type { WebhookClaim } from '../inbox/webhook-claim.js';
import { contentOf } from './content-of.js';
import type { WebhookDelivery } from './webhook-delivery.js';

interface GenuineParts {
  readonly sender: string;
  readonly accepted: Acceptance;
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

/** A delivery that was verified. Its body is parsed when it is first asked for. */
export class GenuineDelivery implements WebhookDelivery {
  readonly id: string | undefined;
  readonly sender: string;
  readonly sentAt: Date | undefined;
  declare readonly body: unknown;
  readonly #accepted: Acceptance;
  #claim: WebhookClaim | undefined;
  #provider = '';

  constructor({ sender, accepted, bytes, contentType }: GenuineParts) {
    this.id = accepted.id;
    this.sender = sender;
    this.sentAt = accepted.sentAt;
    this.#accepted = accepted;
    let parsed: { readonly body: unknown } | undefined;
    // An own property, so that it is printed and compared with the others.
    Object.defineProperty(this, 'body', {
      enumerable: true,
      get: () => (parsed ??= { body: contentOf(accepted, bytes, contentType) }).body,
    });
  }

  get type(): string | undefined {
    return this.#accepted.eventType;
  }

  settle(transaction: unknown): Promise<void> {
    return this.#claim?.settleWithin(transaction, this.#provider) ?? Promise.resolve();
  }

  /** Has the delivery settle by its claim. */
  holdBy(claim: WebhookClaim | undefined, provider: string): void {
    this.#claim = claim;
    this.#provider = provider;
  }
}
