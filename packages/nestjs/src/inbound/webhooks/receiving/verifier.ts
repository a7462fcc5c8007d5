import {
  verifyWebhook,
  type KeyText,
  type Sender,
  type SenderTraits,
  type Verification,
  type WebhookRequest,
} from '@breakwater/webhooks';
import type { SecretText } from '../../../config/fields/secret-text.js';
import type { ResilienceParts } from '../../../providers/resilience-parts.js';
import { KeptSecrets } from '../secrets/secrets-by-request.js';
import { presentSecrets } from '../secrets/present-secrets.js';
import type { UnverifiedWebhook } from '../secrets/unverified-webhook.js';
import { unverifiedWebhook } from './unverified-webhook.js';
import type { WebhookSettings } from '../webhook.options.js';
import { FetchedKeys } from './fetched-keys.js';
import { headerValues } from './header-values.js';
import type { RawBytes } from './raw-bytes.js';
import type { Refusals } from './refusals.js';
import type { WebhookExchange } from './webhook-exchange.js';

/** A request with what it was verified with. */
export interface Examined {
  readonly request: WebhookRequest;
  readonly unverified: UnverifiedWebhook;
  readonly secrets: readonly string[];
  readonly verification: Verification;
}

const NO_SECRET: Verification = { ok: false, reason: 'mismatch', detail: 'no secret is known for this request' };

/** Verifies the requests of one provider, with the secrets and the keys that each of them needs. */
export class Verifier {
  private fetched: FetchedKeys | undefined;
  private kept: KeptSecrets | undefined;

  constructor(
    private readonly parts: ResilienceParts,
    private readonly provider: string,
    private readonly refusals: Refusals,
  ) {}

  async examine(
    exchange: WebhookExchange,
    { bytes, compressed }: RawBytes,
    settings: WebhookSettings,
    traits: SenderTraits,
  ): Promise<Examined> {
    const request = requestOf(exchange, (traits.signsCompressed ? compressed : undefined) ?? bytes);
    const unverified = unverifiedWebhook(this.provider, exchange, request);
    const keys = await this.keysFor(request, settings);
    const secrets = await this.secretsFor(unverified, settings);
    const verification = this.verify(request, settings, { secrets, keys });
    if (verification.ok || verification.reason !== 'mismatch') return { request, unverified, secrets, verification };
    const fresh = await this.secretsAgain(unverified, settings);
    if (fresh === undefined) return { request, unverified, secrets, verification };
    return {
      request,
      unverified,
      secrets: fresh,
      verification: this.verify(request, settings, { secrets: fresh, keys }),
    };
  }

  /** Has the secrets for requests like this one found anew: one was handed over. */
  forget(unverified: UnverifiedWebhook): void {
    this.kept?.forget(unverified);
  }

  private verify(
    request: WebhookRequest,
    { sender, url, tolerance }: WebhookSettings,
    { secrets, keys }: { secrets: readonly string[]; keys: readonly KeyText[] },
  ): Verification {
    if (secrets.length === 0 && keys.length === 0) return NO_SECRET;
    try {
      return verifyWebhook(sender as string, request, secrets, {
        now: this.parts.clock.wallNow(),
        ...(keys.length > 0 && { keys }),
        ...(url !== undefined && { url }),
        ...(tolerance !== undefined && { tolerance }),
      });
    } catch (error) {
      throw this.refusals.misconfigured(error instanceof Error ? error.message : 'it cannot be verified', error);
    }
  }

  private async secretsFor(unverified: UnverifiedWebhook, { secrets }: WebhookSettings): Promise<readonly string[]> {
    if (typeof secrets !== 'function') return this.reveal(secrets ?? []);
    if (this.kept?.find !== secrets) this.kept = new KeptSecrets(this.parts.clock, secrets);
    return this.reveal(await this.found(this.kept.for(unverified)));
  }

  private async secretsAgain(
    unverified: UnverifiedWebhook,
    { secrets }: WebhookSettings,
  ): Promise<readonly string[] | undefined> {
    if (typeof secrets !== 'function' || this.kept?.find !== secrets) return undefined;
    const fresh = await this.found(this.kept.again(unverified));
    return fresh && this.reveal(fresh);
  }

  /** Secrets that a function has found: those that it refers to for the first time are read before they are used. */
  private async found<T extends readonly SecretText[] | undefined>(secrets: Promise<T>): Promise<T> {
    try {
      const found = await secrets;
      await this.parts.secrets.load?.(found ?? [], { keep: false });
      return found;
    } catch (error) {
      throw this.refusals.unavailable('its secrets cannot be found', error);
    }
  }

  private reveal(given: Parameters<typeof presentSecrets>[0]): readonly string[] {
    const { secrets } = this.parts;
    try {
      return presentSecrets(given, (secret) => secrets.accepted?.(secret) ?? [secrets.reveal(secret)]);
    } catch (error) {
      throw this.refusals.misconfigured(error instanceof Error ? error.message : 'a secret is missing', error);
    }
  }

  /** The certificates and keys that the request refers to, for senders that publish them. */
  private async keysFor(request: WebhookRequest, { sender, fetchKey }: WebhookSettings): Promise<readonly KeyText[]> {
    if (fetchKey === undefined) return [];
    if (this.fetched?.fetchKey !== fetchKey) this.fetched = new FetchedKeys(this.parts.clock, fetchKey);
    try {
      return await this.fetched.for(sender as string | Sender, request);
    } catch (error) {
      throw this.refusals.unavailable('its key cannot be fetched', error);
    }
  }
}

/** The URL carries what unsigned handshakes ask; where the URL is signed, the configured one is used. */
function requestOf({ request, raw }: WebhookExchange, body: Buffer): WebhookRequest {
  const url = request.originalUrl ?? raw.url;
  return { method: raw.method ?? 'POST', headers: headerValues(raw), body, ...(url !== undefined && { url }) };
}
