import { StoreUnavailableError } from '@breakwater/core';
import {
  answerHandshake,
  senderTraits,
  verifyWebhook,
  type Acceptance,
  type HandshakeResponse,
  type KeyText,
  type Rejection,
  type Verification,
  type WebhookRequest,
} from '@breakwater/webhooks';
import { Logger, PayloadTooLargeException, ServiceUnavailableException } from '@nestjs/common';
import type { ResilienceParts } from '../../providers/resilience-parts.js';
import { deliveryKey } from '../inbox/delivery-key.js';
import { FetchedKeys } from './fetched-keys.js';
import { headerValues } from './header-values.js';
import { parseBody } from './parse-body.js';
import { rawBytes } from './raw-bytes.js';
import type { WebhookClaim } from '../inbox/webhook-claim.js';
import type { WebhookDelivery } from './webhook-delivery.js';
import { WebhookDuplicateError } from '../inbox/webhook-duplicate.error.js';
import type { WebhookExchange } from './webhook-exchange.js';
import { WebhookInbox } from '../inbox/webhook-inbox.js';
import { WebhookSignatureError, type WebhookSignatureCode } from './webhook-signature.error.js';
import type { WebhookSettings } from '../webhook.options.js';
import { webhookSection } from '../webhook.section.js';

/** What came in: a genuine delivery to handle, a copy of one, or a question that the sender asks about the endpoint. */
export type Reception =
  | {
      readonly kind: 'delivery';
      readonly delivery: WebhookDelivery;
      readonly rawBody: Buffer;
      readonly claim: WebhookClaim;
    }
  | { readonly kind: 'duplicate'; readonly error: WebhookDuplicateError }
  | { readonly kind: 'handshake'; readonly response: HandshakeResponse };

/**
 * Verifies what comes in for one provider, and lets each delivery through once. Settings and secrets are read each time.
 * The log says why something was refused; the errors do not reach the caller in that detail.
 */
export class WebhookReceiver {
  private readonly logger = new Logger('Webhooks');
  private fetched: FetchedKeys | undefined;

  constructor(
    private readonly parts: ResilienceParts,
    private readonly provider: string,
    private readonly answersHandshakes: boolean,
  ) {}

  /** Throws a `WebhookSignatureError` for what is not genuine, and a `StoreUnavailableError` when nobody can tell whether it is a copy. */
  async receive(exchange: WebhookExchange): Promise<Reception> {
    const settings = this.settings();
    const sender = settings.sender as string;
    const body = await this.bytesOf(exchange, settings.maxBytes);
    const request = requestOf(exchange, body);
    const keys = await this.keysFor(request, settings);
    const verification = this.verify(request, settings, keys);
    const response = this.answersHandshakes ? this.answer(request, verification, settings) : undefined;
    if (response !== undefined) return { kind: 'handshake', response };
    if (!verification.ok) throw this.refusal(verification);
    const admission = await this.admit(exchange, verification, settings);
    if ('duplicate' in admission) return { kind: 'duplicate', error: this.duplicate(admission) };
    const delivery = deliveryOf(senderTraits(sender).name, verification, () =>
      parseBody(body, exchange.raw.headers['content-type']),
    );
    return { kind: 'delivery', delivery, rawBody: body, claim: admission.claim };
  }

  private settings(): WebhookSettings {
    const settings = this.parts.sections.get(this.provider, webhookSection);
    if (settings !== undefined) return settings;
    throw this.misconfigured(`there are no settings: give resilience.providers.${this.provider}.webhook`);
  }

  private async bytesOf(exchange: WebhookExchange, maxBytes: number): Promise<Buffer> {
    let body: Buffer | undefined;
    try {
      body = await rawBytes(exchange, maxBytes);
    } catch (error) {
      if (error instanceof PayloadTooLargeException) {
        const setting = `resilience.providers.${this.provider}.webhook.maxBytes`;
        this.logger.warn(`Webhook of '${this.provider}' refused: longer than ${setting} (${maxBytes})`);
      }
      throw error;
    }
    if (body !== undefined) return body;
    throw this.misconfigured(
      'the raw body was not kept, and a signature covers its bytes: write NestFactory.create(AppModule, { rawBody: true }) in main.ts',
    );
  }

  /** The certificates and keys that the request refers to, for senders that publish them. */
  private async keysFor(request: WebhookRequest, { sender, fetchKey }: WebhookSettings): Promise<readonly KeyText[]> {
    if (fetchKey === undefined) return [];
    this.fetched ??= new FetchedKeys(this.parts.clock, (wanted) =>
      this.parts.sections.get(this.provider, webhookSection)!.fetchKey!(wanted),
    );
    try {
      return await this.fetched.for(sender as string, request);
    } catch (error) {
      this.logger.error(`Webhook of '${this.provider}' refused: its key cannot be fetched (${String(error)})`);
      throw new ServiceUnavailableException('The webhook cannot be verified at the moment.');
    }
  }

  private verify(request: WebhookRequest, settings: WebhookSettings, keys: readonly KeyText[]): Verification {
    const { sender, url, tolerance } = settings;
    try {
      const secrets = this.secretsOf(settings);
      return verifyWebhook(sender as string, request, secrets, {
        now: this.parts.clock.wallNow(),
        ...(keys.length > 0 && { keys }),
        ...(url !== undefined && { url }),
        ...(tolerance !== undefined && { tolerance }),
      });
    } catch (error) {
      throw this.misconfigured(error instanceof Error ? error.message : 'it cannot be verified', error);
    }
  }

  /** Some senders want to see, as their handshake, that the receiver has the secret. */
  private secretsOf({ secrets = [] }: WebhookSettings): string[] {
    return secrets.map((secret) => this.parts.secrets.reveal(secret));
  }

  private answer(request: WebhookRequest, verification: Verification, settings: WebhookSettings) {
    const secrets = this.secretsOf(settings);
    const { sender, verifyToken } = settings;
    const response = answerHandshake(sender as string, request, verification, {
      ...(secrets.length > 0 && { secrets }),
      ...(verifyToken !== undefined && { verifyToken: this.parts.secrets.reveal(verifyToken) }),
    });
    if (response?.confirmUrl !== undefined) {
      this.logger.log(`Webhook of '${this.provider}' is to be confirmed by opening ${response.confirmUrl}`);
    }
    return response;
  }

  private async admit({ endpoint }: WebhookExchange, accepted: Acceptance, { inbox }: WebhookSettings) {
    const { store, clock } = this.parts;
    const times = { leaseMs: inbox.lease, keepMs: Math.max(inbox.keep, 2 * inbox.lease) };
    try {
      return await new WebhookInbox(store, clock, times).admit(deliveryKey(this.provider, endpoint, accepted));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      this.logger.error(`Webhook of '${this.provider}' refused: the store cannot be reached (${message})`);
      throw new StoreUnavailableError('the webhook inbox', { provider: this.provider, operation: endpoint, cause });
    }
  }

  private duplicate(admission: { duplicate: 'in-progress'; retryAfterMs: number } | { duplicate: 'done' }) {
    this.logger.debug(`Webhook of '${this.provider}' is a copy of one that is ${admission.duplicate}`);
    const retryAfterMs = 'retryAfterMs' in admission ? admission.retryAfterMs : undefined;
    return new WebhookDuplicateError(admission.duplicate, { provider: this.provider, retryAfterMs });
  }

  private refusal({ reason, detail }: Rejection): WebhookSignatureError {
    this.logger.warn(`Webhook of '${this.provider}' refused (${reason}): ${detail}`);
    const code = `WEBHOOK_${reason.toUpperCase().replace('-', '_')}` as WebhookSignatureCode;
    return new WebhookSignatureError(code, detail, { provider: this.provider });
  }

  private misconfigured(detail: string, cause?: unknown): WebhookSignatureError {
    this.logger.error(`Webhook of '${this.provider}' cannot be verified: ${detail}`);
    return new WebhookSignatureError('WEBHOOK_CONFIGURATION', detail, { provider: this.provider, cause });
  }
}

/** The URL carries what unsigned handshakes ask; where the URL is signed, the configured one is used. */
function requestOf({ request, raw }: WebhookExchange, body: Buffer): WebhookRequest {
  const url = request.originalUrl ?? raw.url;
  return { method: raw.method ?? 'POST', headers: headerValues(raw), body, ...(url !== undefined && { url }) };
}

/** Parses the body when it is first asked for. */
function deliveryOf(sender: string, { id, sentAt }: Acceptance, parse: () => unknown): WebhookDelivery {
  let parsed: { body: unknown } | undefined;
  return {
    id,
    sender,
    sentAt,
    get body() {
      return (parsed ??= { body: parse() }).body;
    },
  };
}
