import type { Clock } from '@breakwater/core';
import {
  keyRequest,
  type KeyFetcher,
  type KeyRequest,
  type KeyText,
  type Sender,
  type WebhookRequest,
} from '@breakwater/webhooks';

/** How long a fetched key is kept, in milliseconds. */
const KEPT_MS = 3_600_000;
/** How soon a set of keys is fetched again that lacks a key which a request names, in milliseconds. */
const FETCHED_AGAIN_MS = 60_000;
/** Strangers can name keys: more than these are not kept. */
const MOST_KEPT = 100;

interface Kept {
  readonly key: Promise<KeyText>;
  readonly until: number;
  readonly fetchedAt: number;
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
    if (standing !== undefined && standing.until > now && (await this.serves(standing, wanted)))
      return [await standing.key];
    const key = this.fetchKey(wanted);
    this.keep(id, { key, until: now + KEPT_MS, fetchedAt: now });
    try {
      return [await key];
    } catch (error) {
      this.kept.delete(id);
      throw error;
    }
  }

  /**
   * A set of keys that lacks the wanted one may have been rotated. Strangers can name keys, so it is not fetched at
   * once again.
   */
  private async serves({ key, fetchedAt }: Kept, wanted: KeyRequest & { ok: true }): Promise<boolean> {
    if (wanted.kind !== 'url' || wanted.kid === undefined) return true;
    if (this.clock.now() - fetchedAt < FETCHED_AGAIN_MS) return true;
    const set = await key;
    return (typeof set === 'string' ? set : JSON.stringify(set)).includes(JSON.stringify(wanted.kid));
  }

  private keep(id: string, kept: Kept): void {
    this.kept.delete(id);
    this.kept.set(id, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
  }
}
