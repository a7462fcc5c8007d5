import {
  answerHandshake,
  senderTraits,
  type Acceptance,
  type HandshakeResponse,
  type SenderTraits,
} from '@breakwater/webhooks';
import type { ResilienceEvent } from '@breakwater/core';
import type { RequestLog } from '../../../operations/logging/request-log.js';
import type { ResilienceParts } from '../../../providers/resilience-parts.js';
import { deliveryKey } from '../inbox/delivery-key.js';
import type { StoredAnswer } from '../inbox/stored-answer.js';
import type { WebhookClaim } from '../inbox/webhook-claim.js';
import { WebhookDuplicateError } from '../inbox/webhook-duplicate.error.js';
import { WebhookInbox, type Admission } from '../inbox/webhook-inbox.js';
import type { WebhookSettings } from '../webhook.options.js';
import type { WebhookEvents } from '../webhook.telemetry.js';
import { webhookSection } from '../webhook.section.js';
import { GenuineDelivery } from './genuine-delivery.js';
import { rejectionReason } from './rejection-reason.js';
import { rawBytes, type RawBytes } from './raw-bytes.js';
import { Refusals } from './refusals.js';
import { Verifier, type Examined } from './verifier.js';
import type { WebhookDelivery } from './webhook-delivery.js';
import type { WebhookExchange } from './webhook-exchange.js';

/**
 * The kinds of requests: a genuine delivery to handle, a copy of one, or a question that the sender asks about the
 * endpoint.
 */
export type Reception =
  | {
      readonly kind: 'delivery';
      readonly delivery: WebhookDelivery;
      readonly rawBody: Buffer;
      readonly claim: WebhookClaim | undefined;
      readonly acknowledgement: string | undefined;
    }
  | { readonly kind: 'in-progress'; readonly error: WebhookDuplicateError }
  | { readonly kind: 'done'; readonly error: WebhookDuplicateError; readonly answer: StoredAnswer }
  | { readonly kind: 'handshake'; readonly response: HandshakeResponse };

/**
 * Verifies what comes in for one provider, and lets each delivery through once. Settings and secrets are read each
 * time. The log says why something was refused; the errors do not reach the caller in that detail.
 */
export class WebhookReceiver {
  readonly log: RequestLog;
  private readonly refusals: Refusals;
  private readonly verifier: Verifier;
  private known: { readonly settings: WebhookSettings; readonly traits: SenderTraits } | undefined;

  constructor(
    private readonly parts: ResilienceParts,
    private readonly provider: string,
    private readonly answersHandshakes: boolean,
  ) {
    this.log = parts.requestLog('Webhooks');
    this.refusals = new Refusals(provider, this.log);
    this.verifier = new Verifier(parts, provider, this.refusals);
  }

  /**
   * Throws a `WebhookSignatureError` for what is not genuine, and a `StoreUnavailableError` when the store cannot tell
   * whether it is a copy.
   */
  async receive(exchange: WebhookExchange): Promise<Reception> {
    try {
      const reception = await this.examine(exchange);
      if (reception.kind === 'delivery') this.tell(exchange, 'webhook.accepted', {});
      else if (reception.kind !== 'handshake') this.tell(exchange, 'webhook.repeated', { state: reception.kind });
      return reception;
    } catch (error) {
      this.tell(exchange, 'webhook.rejected', { reason: rejectionReason(error) });
      throw error;
    }
  }

  private tell<Type extends keyof WebhookEvents>(
    { handler }: WebhookExchange,
    type: Type,
    detail: WebhookEvents[Type],
  ): void {
    const { events } = this.parts.registry;
    const told = { type, provider: this.provider, operation: handler, at: this.parts.clock.wallNow(), detail };
    if (events.listening) events.emit(told as ResilienceEvent);
  }

  private async examine(exchange: WebhookExchange): Promise<Reception> {
    const settings = this.settings();
    const traits = this.traitsOf(settings);
    const body = await this.bodyOf(exchange, settings.maxBytes);
    const examined = await this.verifier.examine(exchange, body, settings, traits);
    if (this.answersHandshakes && traits.hasHandshake) {
      const response = await this.answer(examined, settings);
      if (response !== undefined) return { kind: 'handshake', response };
    }
    const { verification } = examined;
    if (!verification.ok) throw this.refusals.unverified(verification);
    const contentType = exchange.raw.headers['content-type'];
    const delivery = new GenuineDelivery({
      sender: traits.name,
      accepted: verification,
      bytes: body.bytes,
      contentType,
    });
    const admission = await this.admit(exchange, { accepted: verification, delivery, inbox: settings.inbox });
    if (!('claim' in admission)) return this.duplicate(admission);
    const { acknowledgement } = traits;
    delivery.holdBy(admission.claim, this.provider);
    return { kind: 'delivery', delivery, rawBody: body.bytes, claim: admission.claim, acknowledgement };
  }

  private settings(): WebhookSettings {
    const settings = this.parts.sections.get(this.provider, webhookSection);
    if (settings !== undefined) return settings;
    throw this.refusals.misconfigured(`there are no settings: give resilience.providers.${this.provider}.webhook`);
  }

  /** Looked up once for the same settings. */
  private traitsOf(settings: WebhookSettings): SenderTraits {
    if (this.known?.settings !== settings) this.known = { settings, traits: senderTraits(settings.sender) };
    return this.known.traits;
  }

  private async bodyOf(exchange: WebhookExchange, maxBytes: number): Promise<RawBytes> {
    let body: RawBytes | undefined;
    try {
      body = await rawBytes(exchange, maxBytes);
    } catch (error) {
      throw this.refusals.unreadable(error, maxBytes);
    }
    if (body !== undefined) return body;
    const isText = [exchange.request.rawBody, exchange.raw.rawBody, exchange.request.body].some(
      (kept) => typeof kept === 'string',
    );
    throw this.refusals.misconfigured(
      isText
        ? 'a parser made text of the body, and its bytes are not certain: have it keep a Buffer (express.raw() in place of express.text(), or no parser on this route)'
        : 'the raw body was not kept, and a signature covers its bytes: write NestFactory.create(AppModule, { rawBody: true }) in main.ts, and have no other parser read this route',
    );
  }

  private async answer(
    { request, unverified, secrets, verification }: Examined,
    { sender, verifyToken, storeSecret }: WebhookSettings,
  ): Promise<HandshakeResponse | undefined> {
    const response: (HandshakeResponse & { readonly secret?: string }) | undefined = answerHandshake(
      sender as string,
      request,
      verification,
      {
        ...(secrets.length > 0 && { secrets }),
        ...(verifyToken !== undefined && { verifyToken: this.parts.secrets.reveal(verifyToken) }),
      },
    );
    if (response?.secret !== undefined) {
      if (storeSecret === undefined) {
        this.write(
          'warn',
          'no storeSecret',
          `Webhook of '${this.provider}' handed a secret over, and there is no webhook.storeSecret to keep it`,
        );
        return undefined;
      }
      await storeSecret(response.secret, unverified);
      this.verifier.forget(unverified);
    }
    if (response?.confirmUrl !== undefined) {
      this.write(
        'log',
        'confirmation',
        `Webhook of '${this.provider}' is to be confirmed by opening ${response.confirmUrl}`,
      );
    }
    return response;
  }

  /** Without an identity there is nothing to tell copies by: the delivery is handled, and so is each copy. */
  private async admit(
    { endpoint, handler }: WebhookExchange,
    { accepted, delivery, inbox }: { accepted: Acceptance; delivery: WebhookDelivery; inbox: WebhookSettings['inbox'] },
  ): Promise<Exclude<Admission, { claim: WebhookClaim }> | { readonly claim: WebhookClaim | undefined }> {
    if (inbox === false) return { claim: undefined };
    const identity = inbox.id === undefined ? accepted.identity(inbox.identity) : inbox.id(delivery);
    if (identity === undefined) return { claim: undefined };
    const { store, clock } = this.parts;
    const times = { leaseMs: inbox.lease, keepMs: Math.max(inbox.keep, 2 * inbox.lease) };
    try {
      return await new WebhookInbox(store, clock, times).admit(deliveryKey(this.provider, endpoint, identity));
    } catch (cause) {
      throw this.refusals.storeless(handler, cause);
    }
  }

  private write(level: 'debug' | 'log' | 'warn', kind: string, text: string): void {
    this.log.write(level, `${this.provider} ${kind}`, text);
  }

  private duplicate(admission: Exclude<Admission, { claim: WebhookClaim }>): Reception {
    const { duplicate: state } = admission;
    this.write('debug', state, `Webhook of '${this.provider}' is a copy of one that is ${state}`);
    const retryAfterMs = 'retryAfterMs' in admission ? admission.retryAfterMs : undefined;
    const error = new WebhookDuplicateError(state, { provider: this.provider, retryAfterMs });
    return 'answer' in admission ? { kind: 'done', error, answer: admission.answer } : { kind: 'in-progress', error };
  }
}
