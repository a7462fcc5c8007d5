import { LRUCache } from 'lru-cache';
import { AskingTurn } from '../../cache-storage/asking-turn.js';
import { marksOf, type Invalidation, type SharedQuestion } from '../../cache-storage/question.js';
import type { SharedAnswer, SharedAnswers } from '../../cache-storage/shared-answers.js';
import type { Clock } from '../../time/clock.js';
import { varyNames, type CacheRequest } from './cache-request.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { KeptResponses } from './kept-responses.js';
import { restored, usefulMs, type StoredAnswer } from './stored-answer.js';
import { ageOf } from './verdict.js';

/** An answer as it is written: its head, and its body in base64. */
interface WrittenAnswer extends Pick<StoredAnswer, 'url' | 'method' | 'status' | 'statusText' | 'headers'> {
  readonly body: string | null;
  /** How long before it was written it was asked for, in milliseconds. */
  readonly heldMs: number;
  /** Tells the request that it answers from others to the same URL, where it varies. */
  readonly variant: string | null;
}

/** A host's turn to ask the provider, and the latest answer that any host has, which can be validated. */
export interface SharedTurn {
  /** `undefined` where the answer is not to be shared. */
  readonly turn: AskingTurn | undefined;
  readonly latest: StoredAnswer | undefined;
}

const LEASE_MS = 5000;
const WAIT_MS = 10_000;
/** How long hosts do not wait for each other after an answer that was for one request alone. */
const ALONE_MS = 60_000;
const MOST_ALONE = 1000;

/** The answers of a provider's HTTP clients in the store, where all hosts read them. */
export class SharedResponses {
  /** Until when requests for the same are not worth waiting for another host, in monotonic milliseconds. */
  private readonly alone = new LRUCache<string, number>({ max: MOST_ALONE });

  constructor(
    private readonly answers: SharedAnswers,
    private readonly kept: KeptResponses,
    private readonly parts: { readonly clock: Clock; settings(): HttpCacheSettings },
  ) {}

  /** An answer of another host that `serves`, or this host's turn to ask the provider. Rejects once aborted. */
  async ask(
    request: CacheRequest,
    signal: AbortSignal,
    serves: (stored: StoredAnswer) => boolean,
  ): Promise<StoredAnswer | SharedTurn> {
    const { key, isKnown } = this.kept.variantKey(request);
    if (!isKnown) await this.lookForVary(request);
    const question = this.questionOf(request);
    let latest: StoredAnswer | undefined;
    const isServed = (answer: SharedAnswer) => {
      latest = this.read(answer, request) ?? latest;
      return latest !== undefined && serves(latest);
    };
    const waitMs = this.parts.clock.now() < (this.alone.get(key) ?? 0) ? 0 : WAIT_MS;
    const asked = await this.answers.ask(question, { leaseMs: LEASE_MS, waitMs, signal, serves: isServed });
    if (asked instanceof AskingTurn) return { turn: asked, latest };
    return typeof asked === 'string' ? { turn: undefined, latest } : latest!;
  }

  /** Ends a turn: with an answer that all hosts may have, or none. Never rejects. */
  async end(turn: AskingTurn, request: CacheRequest, stored: StoredAnswer | undefined): Promise<void> {
    const { clock, settings } = this.parts;
    const now = clock.wallNow();
    const age = stored === undefined ? 0 : ageOf(stored, now);
    if (stored === undefined || stored.lifetime.freshFor <= age) {
      this.alone.set(this.kept.variantKey(request).key, clock.now() + ALONE_MS);
    }
    if (stored === undefined) return turn.end();
    const { tags } = stored;
    return turn.share({ text: textOf(stored, request, now), tags }, usefulMs(stored, age, settings()));
  }

  /** Has all hosts forget the answers that bear one of these tags. A store that is away is told of it later. */
  invalidate(invalidations: readonly Invalidation[]): void {
    this.answers.invalidate(invalidations).catch(() => undefined);
  }

  /** Another host may know already that the answers to a URL differ, and by what. */
  private async lookForVary(request: CacheRequest): Promise<void> {
    const found = await this.answers.read(this.questionOf(request)).catch(() => undefined);
    const written = found && parsed(found.text);
    const vary = varyNames(written?.headers['vary']);
    if (vary.length > 0 && written!.variant !== request.variantFor(vary)) this.kept.mark(request, vary);
  }

  private questionOf(request: CacheRequest): SharedQuestion {
    const { tenant } = request.of;
    return { key: `http ${this.kept.variantKey(request).key}`, marks: marksOf({ tenant }) };
  }

  private read({ text, ageMs }: SharedAnswer, request: CacheRequest): StoredAnswer | undefined {
    const written = parsed(text);
    if (written === undefined) return undefined;
    const { body, heldMs, variant, ...head } = written;
    const vary = varyNames(head.headers['vary']);
    if (vary.length > 0 && variant !== request.variantFor(vary)) return undefined;
    const { clock, settings } = this.parts;
    // By the store's clock, and its writer's own: those of two hosts may differ.
    const requestedAt = clock.wallNow() - ageMs - heldMs;
    const bytes = body === null ? undefined : Buffer.from(body, 'base64');
    return restored({ ...head, body: bytes, requestedAt }, request, settings());
  }
}

function textOf(stored: StoredAnswer, request: CacheRequest, now: number): string {
  const { url, method, status, statusText, headers, body, requestedAt } = stored;
  const vary = varyNames(headers['vary']);
  const written: WrittenAnswer = {
    ...{ url, method, status, statusText, headers },
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    heldMs: Math.max(0, now - requestedAt),
    variant: vary.length === 0 ? null : request.variantFor(vary),
  };
  return JSON.stringify(written);
}

/** `undefined` for what is no answer that a client could be given. */
function parsed(text: string): WrittenAnswer | undefined {
  try {
    const written = JSON.parse(text) as WrittenAnswer;
    const { url, body, status, statusText, headers, heldMs } = written;
    const isWhole = typeof url === 'string' && (body === null || typeof body === 'string') && Number.isFinite(heldMs);
    // It throws where a status, or the name or value of a header, is none.
    void new Response(null, { status, statusText, headers });
    return isWhole && Object.values(headers).every((value) => typeof value === 'string') ? written : undefined;
  } catch {
    return undefined;
  }
}
