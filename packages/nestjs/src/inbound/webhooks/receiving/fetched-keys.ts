import type { Clock } from '@breakwater/core';
import {
  keyRequest,
  type KeyFetcher,
  type KeyRequest,
  type KeyText,
  type Sender,
  type WebhookRequest,
} from '@breakwater/webhooks';
import { lacksKey } from './lacks-key.js';

/** How long a fetched key is kept, in milliseconds. */
const KEPT_MS = 3_600_000;
/** How soon a set of keys is fetched again that lacks a key which a request names, in milliseconds. */
const FETCHED_AGAIN_MS = 60_000;
/** Strangers can name keys: more than these are not kept. */
const MOST_KEPT = 100;

type Wanted = KeyRequest & { ok: true };

interface Kept {
  readonly key: Promise<KeyText>;
  readonly until: number;
  /** When it was last asked for, with success or without. */
  askedAt: number;
  /** The next set, for a key that this one lacks: under way or failed. */
  next?: Promise<KeyText>;
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
    const standing = this.kept.get(id);
    if (standing === undefined || standing.until <= this.clock.now()) return [await this.fetch(id, wanted)];
    const key = await standing.key;
    return [wanted.kind === 'url' && lacksKey(key, wanted.kid) ? await this.renewed(id, standing, wanted) : key];
  }

  private fetch(id: string, wanted: Wanted): Promise<KeyText> {
    const key = this.ask(wanted);
    const kept = this.keep(id, key);
    key.catch(() => {
      if (this.kept.get(id) === kept) this.kept.delete(id);
    });
    return key;
  }

  /**
   * The set anew, where the standing one may have been rotated. Strangers can name any key, so the set is asked for
   * once a minute at most, and the standing one serves the keys that it has until the next has arrived.
   */
  private renewed(id: string, standing: Kept, wanted: Wanted): Promise<KeyText> {
    const now = this.clock.now();
    if (now - standing.askedAt < FETCHED_AGAIN_MS) return standing.next ?? standing.key;
    standing.askedAt = now;
    const next = this.ask(wanted);
    standing.next = next;
    next.then(
      () => this.keep(id, next),
      // The requests that wait for it are told.
      () => undefined,
    );
    return next;
  }

  /** Rejects with what the function throws, too. */
  private async ask(wanted: Wanted): Promise<KeyText> {
    return this.fetchKey(wanted);
  }

  private keep(id: string, key: Promise<KeyText>): Kept {
    const now = this.clock.now();
    const kept: Kept = { key, until: now + KEPT_MS, askedAt: now };
    this.kept.delete(id);
    this.kept.set(id, kept);
    if (this.kept.size > MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    return kept;
  }
}
