import { createHash } from 'node:crypto';
import type { Clock } from '@breakwater/core';
import type { SecretText } from '../../../config/fields/secret-text.js';
import { ReadsOfRequest } from './reads-of-request.js';
import type { UnverifiedWebhook } from './unverified-webhook.js';

/** The answer of a function of `webhook.secrets`; nothing, or an empty list, where it knows of no secret. */
export type SecretsAnswer = SecretText | readonly SecretText[] | undefined;

/** Finds the secrets that a request is to be verified with: a tenant's, a shop's, an endpoint's. */
export type SecretsByRequest = (request: UnverifiedWebhook) => SecretsAnswer | Promise<SecretsAnswer>;

/** How long an answer is kept, in milliseconds. */
const KEPT_MS = 60_000;
/**
 * An answer that fits no signature is asked for again, but not more often than this: strangers can send what fits none.
 */
const ASKED_AGAIN_MS = 1000;
/** Strangers can name tenants: more than these are not kept. */
const MOST_KEPT = 1000;

interface Kept {
  readonly secrets: readonly SecretText[];
  readonly at: number;
}

/**
 * The answers of one function, each kept for a minute for the requests that agree in everything that it read of them.
 */
export class KeptSecrets {
  private readonly kept = new Map<string, Kept>();
  private readonly reads = new ReadsOfRequest();

  constructor(
    private readonly clock: Clock,
    readonly find: SecretsByRequest,
  ) {}

  /** The secrets for a request. Rejects with what the function throws. */
  async for(request: UnverifiedWebhook): Promise<readonly SecretText[]> {
    const kept = this.kept.get(this.keyOf(request));
    return kept !== undefined && this.clock.now() - kept.at < KEPT_MS ? kept.secrets : this.ask(request);
  }

  /** The secrets once more, where those that were kept fitted no signature: they may have been rotated. */
  async again(request: UnverifiedWebhook): Promise<readonly SecretText[] | undefined> {
    const kept = this.kept.get(this.keyOf(request));
    if (kept !== undefined && this.clock.now() - kept.at < ASKED_AGAIN_MS) return undefined;
    return this.ask(request);
  }

  /** Has the function asked anew for requests like this one. */
  forget(request: UnverifiedWebhook): void {
    this.kept.delete(this.keyOf(request));
  }

  private async ask(request: UnverifiedWebhook): Promise<readonly SecretText[]> {
    const answer = await this.find(this.reads.watch(request));
    const secrets = [answer ?? []].flat();
    const key = this.keyOf(request);
    this.kept.delete(key);
    this.kept.set(key, { secrets, at: this.clock.now() });
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    return secrets;
  }

  private keyOf(request: UnverifiedWebhook): string {
    return createHash('sha256').update(this.reads.valuesIn(request)).digest('hex');
  }
}
