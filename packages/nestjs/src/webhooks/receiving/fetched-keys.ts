import type { Clock } from '@breakwater/core';
import { keyRequest, type KeyFetcher, type KeyText, type Sender, type WebhookRequest } from '@breakwater/webhooks';

/** How long a fetched key is kept, in milliseconds. */
const KEPT_MS = 3_600_000;
/** Strangers can name keys: more than these are not kept. */
const MOST_KEPT = 100;

interface Kept {
  readonly key: Promise<KeyText>;
  readonly until: number;
}

/** The keys that requests refer to: each fetched once, and again after an hour. A failed fetch is not kept. */
export class FetchedKeys {
  private readonly kept = new Map<string, Kept>();

  constructor(
    private readonly clock: Clock,
    readonly fetchKey: KeyFetcher,
  ) {}

  /** The keys that the request has to be verified with besides the secrets. Rejects when one cannot be fetched. */
  async for(sender: string | Sender, request: WebhookRequest): Promise<readonly KeyText[]> {
    const wanted = keyRequest(sender, request);
    // A request that names no key, or one that is not allowed, is refused when it is verified.
    if (wanted === undefined || !wanted.ok) return [];
    const id = wanted.kind === 'url' ? `url ${wanted.url}` : `kid ${wanted.kid}`;
    const now = this.clock.now();
    const standing = this.kept.get(id);
    if (standing !== undefined && standing.until > now) return [await standing.key];
    const key = this.fetchKey(wanted);
    this.keep(id, { key, until: now + KEPT_MS });
    try {
      return [await key];
    } catch (error) {
      this.kept.delete(id);
      throw error;
    }
  }

  private keep(id: string, kept: Kept): void {
    this.kept.delete(id);
    this.kept.set(id, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
  }
}
