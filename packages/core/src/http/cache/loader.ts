import type { Clock } from '../../time/clock.js';
import type { CacheRequest } from './cache-request.js';
import type { HttpCacheSettings } from './http-cache.options.js';
import type { HttpCacheReport } from './http-cache-report.js';
import type { Loaded } from './http-load.js';
import type { KeptResponses } from './kept-responses.js';
import type { LiveAnswer, Send, Sending } from './live-answer.js';
import { revalidated, speaksOf, storable, validators, type StoredAnswer } from './stored-answer.js';

/** One request that goes to the provider. */
export interface ToLoad<Raw> {
  readonly request: CacheRequest;
  /** The stored answer that is to be validated. */
  readonly validate: StoredAnswer | undefined;
  readonly send: Send<Raw>;
  readonly sending: Omit<Sending, 'headers'>;
}

/** Sends requests, has stored answers validated, and keeps what may be kept. */
export class Loader {
  constructor(
    private readonly kept: KeptResponses,
    private readonly parts: {
      readonly clock: Clock;
      readonly report: HttpCacheReport;
      settings(): HttpCacheSettings;
    },
  ) {}

  /** `isOutdated` is asked before anything is kept: something may have changed meanwhile. */
  async load<Raw>(to: ToLoad<Raw>, isOutdated: () => boolean): Promise<Loaded<Raw>> {
    const { clock, report } = this.parts;
    const { request, validate } = to;
    const requestedAt = clock.wallNow();
    const conditions = validate === undefined ? {} : validators(validate);
    report.misses++;
    const answer = await to.send({ ...to.sending, headers: conditions });
    if (answer.status !== 304 || validate === undefined) return this.keep(answer, { request, requestedAt, isOutdated });
    if (!speaksOf(answer, validate)) {
      // It speaks of a version that is not here, and has none of its content.
      answer.discard();
      this.kept.drop(request);
      return this.load({ ...to, validate: undefined }, isOutdated);
    }
    answer.discard();
    report.revalidated++;
    const settings = this.parts.settings();
    const { stored, mayBeKept } = revalidated(validate, answer, { request, requestedAt, settings });
    if (!mayBeKept) this.kept.drop(request);
    else if (!isOutdated()) this.kept.keep(request, stored);
    return { kind: 'kept', stored, forwardStatus: 304, mayBeKept };
  }

  private async keep<Raw>(
    answer: LiveAnswer<Raw>,
    { request, requestedAt, isOutdated }: { request: CacheRequest; requestedAt: number; isOutdated(): boolean },
  ): Promise<Loaded<Raw>> {
    const { report, settings } = this.parts;
    const live = { kind: 'live', answer } as const;
    if (isRefusal(answer.status)) this.kept.drop(request);
    const store = this.storable(answer, request, requestedAt);
    if (store === undefined) return live;
    const isBodiless = request.of.method === 'HEAD';
    const body = isBodiless ? undefined : await answer.body(settings().maxEntryBytes);
    if (body === undefined && !isBodiless) {
      report.bypassed('too-large');
      return live;
    }
    const stored = store(body);
    if (isBodiless) answer.discard();
    if (!isOutdated()) {
      this.kept.keep(request, stored);
      report.stored++;
    }
    return { kind: 'kept', stored, forwardStatus: answer.status, mayBeKept: true };
  }

  /** Notes why an answer is not kept where its own word or nature is the reason. */
  private storable<Raw>(answer: LiveAnswer<Raw>, request: CacheRequest, requestedAt: number) {
    const { report, settings } = this.parts;
    const { headers, status, url } = answer;
    const { maxEntryBytes } = settings();
    if (status >= 500 || status === 401 || status === 429) return undefined;
    const why = () => {
      if (headers['set-cookie'] !== undefined) return 'set-cookie';
      if (/^\s*(?:text\/event-stream|multipart\/)/i.test(headers['content-type'] ?? '')) return 'stream';
      if (headers['content-encoding'] === undefined && Number(headers['content-length']) > maxEntryBytes)
        return 'too-large';
      return undefined;
    };
    const store = storable(answer, request, { requestedAt, settings: settings() });
    // Where redirects were followed, it is another URL's.
    const reason = store === undefined || !isSameUrl(url, request.of.url) ? 'not-storable' : why();
    if (reason === undefined) return store;
    report.bypassed(reason);
    return undefined;
  }
}

/** Whether the provider itself says no, so that what it said before does not hold any more. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
}

/** Clients may name the user, whose credential is a part of the request's key by itself. */
function isSameUrl(url: string, asked: string): boolean {
  return url === '' || withoutUser(url) === withoutUser(asked);
}

function withoutUser(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return origin + pathname + search;
}
